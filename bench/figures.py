"""A measured figure beside its target."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Target:
    text: str
    """As people read it."""
    p50: float | None = None
    p95: float | None = None
    least: bool = False
    """More is better."""


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    unit: str
    target: Target
    count: int
    p50: float
    p95: float
    note: str = ""

    @property
    def met(self) -> bool | None:
        """None where there is no target."""
        wanted = [(self.p50, self.target.p50), (self.p95, self.target.p95)]
        limits = [(value, limit) for value, limit in wanted if limit is not None]
        if not limits:
            return None
        return all((v >= t) if self.target.least else (v <= t) for v, t in limits)


def figure(name: str, unit: str, target: Target, values: list[float], note: str = "") -> Figure:
    """From single measurements. Where more is better, the 95th percentile is the poor end too."""
    poor = 5 if target.least else 95
    p50, p95 = (float(np.percentile(values, q)) for q in (50, poor))
    return Figure(name, unit, target, len(values), round(p50, 3), round(p95, 3), note)


@dataclass(frozen=True, slots=True)
class Machine:
    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str


def machine() -> Machine:
    names = [
        line.split(":", 1)[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=names[0] if names else platform.processor() or "unknown",
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(pages / 2**30, 1),
        system=platform.platform(),
        python=platform.python_version(),
    )


def write(path: Path, figures: list[Figure]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(f) | {"met": f.met} for f in figures]
    body = {"machine": asdict(machine()), "load_average_1min": os.getloadavg()[0], "figures": rows}
    path.write_text(json.dumps(body, indent=2) + "\n")


def show(figures: list[Figure], console: Console) -> None:
    here = machine()
    table = Table(title=f"{here.processor}, {here.cores} cores, {here.memory_gb:g} GB")
    table.add_column("what", overflow="fold")
    table.add_column("target", no_wrap=True)
    for column in ("n", "p50", "p95"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("")
    for f in figures:
        verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[f.met]
        name = f"{f.name}\n[dim]{f.note}[/]" if f.note else f.name
        table.add_row(
            name, f.target.text, str(f.count), f"{f.p50:g} {f.unit}", f"{f.p95:g} {f.unit}", verdict
        )
    console.print(table)
