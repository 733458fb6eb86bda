"""Drawing a pull: bars on a terminal, lines elsewhere."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.filesize import decimal
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from avatar_serving.weights.pull import PullProgress

_LINE_EVERY_S = 5.0


@contextmanager
def drawn_progress(console: Console, sizes: Mapping[str, int]) -> Generator[PullProgress]:
    """*sizes*: bytes of each weight of the pull."""
    if not console.is_terminal:
        yield Lines(console, sizes)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, sizes)


class Bars:
    """One bar for all, and one for the weight in hand."""

    def __init__(self, progress: Progress, sizes: Mapping[str, int]) -> None:
        self._progress = progress
        self._done = Done(sizes)
        self._all = progress.add_task("[bold]all weights", total=self._done.total)
        self._bars: dict[str, TaskID] = {}

    def waiting(self) -> None:
        self._progress.console.print("another pull is running; waiting for it")

    def advance(self, name: str, done: int) -> None:
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=self._done.sizes[name])
        self._done.set(name, done)
        self._progress.update(self._bars[name], completed=done)
        self._progress.update(self._all, completed=self._done.now)

    def finish(self, name: str, *, fetched: bool) -> None:
        self._progress.remove_task(self._bars.pop(name))
        if fetched:
            self._progress.console.print(_finished(name, self._done.sizes[name]))


class Lines:
    """A line for each weight that was fetched, and one every few seconds on the way."""

    def __init__(self, console: Console, sizes: Mapping[str, int]) -> None:
        self._console = console
        self._done = Done(sizes)
        self._next_s = time.monotonic() + _LINE_EVERY_S

    def waiting(self) -> None:
        self._console.print("another pull is running; waiting for it")

    def advance(self, name: str, done: int) -> None:
        self._done.set(name, done)
        if time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + _LINE_EVERY_S
        own, every = _percent(done, self._done.sizes[name]), self._done
        self._console.print(
            f"  {name}: {own} of {decimal(every.sizes[name])}; all: "
            f"{_percent(every.now, every.total)} of {decimal(every.total)}"
        )

    def finish(self, name: str, *, fetched: bool) -> None:
        if fetched:
            self._console.print(_finished(name, self._done.sizes[name]))


class Done:
    """Bytes that are here, of each weight and of all."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.total = sum(sizes.values())
        self._of = dict.fromkeys(sizes, 0)

    @property
    def now(self) -> int:
        return sum(self._of.values())

    def set(self, name: str, done: int) -> None:
        self._of[name] = done


def _percent(done: int, total: int) -> str:
    return f"{100 * done / max(1, total):.0f} %"


def _finished(name: str, size: int) -> str:
    return f"  {name}: fetched and verified, {decimal(size)}"
