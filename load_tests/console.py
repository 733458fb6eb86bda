"""What people see on the terminal: progress while it runs, tables afterwards."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from load_tests.capacity_results import Capacity
from load_tests.compare import Difference
from load_tests.crowd import Gathered
from load_tests.figures import goodput, spread
from load_tests.plan import Targets
from load_tests.results import Run, Spread

_LINE_EVERY_S = 10.0
_DRAWN_EVERY_S = 0.5
_LATE_MS = 10.0
"""A generator whose frames leave later than this (p99) measures itself."""


@contextmanager
def progress(
    console: Console, seconds: float, targets: Targets
) -> Generator[Callable[[Gathered], None], None, None]:
    """A bar on a terminal, a line every 10 s elsewhere."""
    if not console.is_terminal:
        yield _Lines(console, targets).look
        return
    columns = (BarColumn(30), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console) as bar:
        yield _Bar(bar, seconds, targets).look


class _Bar:
    def __init__(self, bar: Progress, seconds: float, targets: Targets) -> None:
        self._bar, self._targets = bar, targets
        self._task = bar.add_task("starting", total=seconds)
        self._next_s = 0.0

    def look(self, gathered: Gathered) -> None:
        past_s = time.monotonic() - gathered.begin_s
        if past_s >= self._next_s:
            self._next_s = past_s + _DRAWN_EVERY_S
            said = _said(gathered, self._targets)
            self._bar.update(self._task, completed=past_s, description=said)


class _Lines:
    def __init__(self, console: Console, targets: Targets) -> None:
        self._console, self._targets = console, targets
        self._next_s = 0.0

    def look(self, gathered: Gathered) -> None:
        past_s = time.monotonic() - gathered.begin_s
        if past_s >= self._next_s:
            self._next_s = past_s + _LINE_EVERY_S
            self._console.print(f"{past_s:5.0f} s  {_said(gathered, self._targets)}")


def _said(gathered: Gathered, targets: Targets) -> str:
    live = gathered.arrived - len(gathered.visits)
    lost = sum(visit.outcome != "served" for visit in gathered.visits)
    parts = [f"{live} live", f"{len(gathered.turns)} turns"]
    times = spread(t.voice_to_voice_ms for t in gathered.turns if t.voice_to_voice_ms is not None)
    if times:
        parts.append(f"good {goodput(gathered.turns, targets):.1%}")
        parts.append(f"voice to voice p50 {times.p50:.0f}, p95 {times.p95:.0f} ms")
    if gathered.creations:
        parts.append(f"{len(gathered.creations)} avatars")
    if lost:
        parts.append(f"[red]{lost} lost[/]")
    return ", ".join(parts)


def show(run: Run, console: Console, wanted: float) -> None:
    found = run.summary
    colour = "green" if found.goodput >= wanted else "red"
    table = Table(
        title=f"{run.scenario}: goodput [{colour}]{found.goodput:.1%}[/] of {found.turns}"
    )
    table.add_column("")
    for column in ("n", "p50", "p95", "p99", "most"):
        table.add_column(column, justify="right")
    for name, values in found.figures.items():
        table.add_row(name, *_cells(values))
    if found.sender_ms is not None:
        table.add_row("frames sent late by this generator, ms", *_cells(found.sender_ms))
    console.print(table)
    _say(run, console)


def _say(run: Run, console: Console) -> None:
    found = run.summary
    outcomes = ", ".join(f"{n} {name}" for name, n in found.sessions.items()) or "none"
    console.print(
        f"sessions: {outcomes}; at most {found.most_live} at once; {found.resumed} resumed"
    )
    if found.missed:
        console.print("missed: " + ", ".join(f"{name} {n}" for name, n in found.missed.items()))
    if found.break_point is not None:
        console.print(f"[red]broke at {found.break_point} live sessions[/]")
    for check in run.checks:
        if not check.agree:
            console.print(
                f"[yellow]{check.what}: the clients count {check.client:g}, the server "
                f"{check.server:g}[/]"
            )
    if found.sender_ms is not None and found.sender_ms.p99 > _LATE_MS:
        console.print(
            f"[yellow]this generator was late itself (p99 {found.sender_ms.p99:g} ms): "
            "give it more --processes, or a machine of its own[/]"
        )
    if not run.complete:
        console.print("[red]not finished: the report shows what was measured until then[/]")


def _cells(values: Spread) -> tuple[str, ...]:
    numbers = (values.p50, values.p95, values.p99, values.most)
    return f"{values.count}", *(f"{value:.4g}" for value in numbers)


def show_differences(differences: Sequence[Difference], console: Console) -> None:
    table = Table()
    for column in ("", "A", "B", "B - A, 95 % sure", ""):
        table.add_column(column)
    colours = {"better": "green", "worse": "red"}
    for d in differences:
        colour = colours.get(d.verdict, "default")
        between = f"{d.least:+.4g} to {d.most:+.4g}"
        table.add_row(d.name, f"{d.a:.4g}", f"{d.b:.4g}", between, f"[{colour}]{d.verdict}[/]")
    console.print(table)


def show_capacity(found: Capacity, console: Console) -> None:
    here = found.machine
    for setup in found.setups:
        table = Table(title=f"{setup.name}: {here.processor}, {here.cores} cores")
        for column in (
            "sessions", "gateways", "goodput", "p50 ms", "p95 ms", "cores", "generator", "others",
        ):  # fmt: skip
            table.add_column(column, justify="right")
        for level in sorted(setup.levels, key=lambda one: (one.replicas, one.sessions)):
            colour = "green" if level.held else "red"
            times = (level.voice_to_voice_p50_ms, level.voice_to_voice_p95_ms)
            table.add_row(
                f"{level.sessions}", f"{level.replicas}", f"[{colour}]{level.goodput:.1%}[/]",
                *("-" if ms is None else f"{ms:.0f}" for ms in times),
                f"{level.service_cores:.2f}", f"{level.generator_cores:.2f}",
                "-" if level.other_cores is None else f"{level.other_cores:.2f}",
            )  # fmt: skip
        console.print(table)
