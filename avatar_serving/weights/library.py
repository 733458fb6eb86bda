"""Weights as the engines see them: a name in, a verified file or folder out. It never downloads."""

import threading
from collections.abc import Callable
from functools import cache as remember
from pathlib import Path

from avatar_serving.errors import LicenceRefused, WeightCorrupt, WeightMissing
from avatar_serving.weights.cache import Cache, State
from avatar_serving.weights.derive import derive
from avatar_serving.weights.environment import WeightsEnvironment, read_environment
from avatar_serving.weights.lock import Lock, Pin, RepositoryWeight, Weight, read_lock
from avatar_serving.weights.repository import PinnedRepositories


class Library:
    def __init__(self, lock: Lock, environment: WeightsEnvironment) -> None:
        self.lock = lock
        self.cache = Cache(environment.cache)
        self._commercial = environment.commercial
        self._repositories = PinnedRepositories(environment.cache)
        self._checked: set[str] = set()
        self._checking = threading.Lock()

    def get(self, name: str) -> Weight:
        """A weight by name; a repository that was pulled before with its pins.

        Raises:
            NotFound: no such name in the lock file.
        """
        weight = self.lock.get(name)
        if isinstance(weight, RepositoryWeight):
            return self._repositories.get(weight) or weight
        return weight

    def path(self, name: str) -> Path:
        """The file or folder of a weight, verified the first time this process asks.

        Raises:
            NotFound: no such name in the lock file.
            LicenceRefused, WeightMissing, WeightCorrupt: it cannot be used; says what to do.
        """
        weight = self.get(name)
        self.check_licence(weight)
        if isinstance(weight, RepositoryWeight):
            raise WeightMissing(name, str(self.cache.named(name)), _pull(name))
        with self._checking:
            if name not in self._checked:
                for pin in weight.pins:
                    self._check(name, pin)
                self.cache.link(weight)
                self._checked.add(name)
        return self.cache.named(name)

    def derived(
        self, name: str, source: str, make: Callable[[Path, Path], None], version: str = "1"
    ) -> Path:
        """The file *name* that *make(source, target)* writes, made once for each content of the
        weight *source* and each *version* of the making."""
        origin = self.path(source)
        content = "".join(pin.sha256 for pin in self.get(source).pins)
        return derive(self.cache.root / "derived", name, content + version, origin, make)

    def allows(self, weight: Weight) -> bool:
        """Whether AVATAR_LICENCE lets it be used."""
        return not self._commercial or weight.licence_class == "commercial"

    def check_licence(self, weight: Weight) -> None:
        """Raises LicenceRefused: the environment asks for commercial weights; this is none."""
        if not self.allows(weight):
            raise LicenceRefused(weight.name, weight.licence_class)

    def state(self, weight: Weight, *, thorough: bool = False) -> State:
        """The worst of its files."""
        if isinstance(weight, RepositoryWeight):
            return "missing"
        states = {self.cache.state(pin, thorough=thorough) for pin in weight.pins}
        worst: tuple[State, ...] = ("corrupt", "missing", "present")
        return next(state for state in worst if state in states)

    def _check(self, name: str, pin: Pin) -> None:
        state = self.cache.state(pin)
        if state == "present":
            return
        path = self.cache.named(name) / pin.path if pin.path else self.cache.named(name)
        error = WeightMissing if state == "missing" else WeightCorrupt
        raise error(name, str(path), _pull(name))


def _pull(name: str) -> str:
    return f"avatar-serving weights pull {name}"


@remember
def library_for(environment: WeightsEnvironment) -> Library:
    """The weights of the lock file that *environment* names."""
    return Library(read_lock(environment.lock), environment)


def library() -> Library:
    """The library of this process, as the environment has it now."""
    return library_for(read_environment())
