"""Write the tables of docs/capacity.md: ``python -m scripts.capacity out/capacity/capacity.json``.

What stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` is replaced.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from load_tests.capacity_results import Capacity, Level, Setup
from load_tests.law import DOWN_KBITS, UP_KBITS, Law, replicas, staffed
from scripts.options import table

PAGE = Path(__file__).parents[1] / "docs" / "capacity.md"
MANY = (1_000, 100_000)
FILL = 0.7
"""How full a core is planned to be."""


def main() -> None:
    found = Capacity.model_validate_json(Path(sys.argv[1]).read_text())
    PAGE.write_text(written(PAGE.read_text(), found))


def written(page: str, found: Capacity) -> str:
    """*page* with what was *found* in its tables; those of what was not measured stay."""
    for name, text in tables(found):
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        before, there, rest = page.partition(begin)
        assert there, f"the page has no place for {name}"
        page = f"{before}{begin}\n{text}\n{end}{rest.partition(end)[2]}"
    return page


def tables(found: Capacity) -> Iterator[tuple[str, str]]:
    here = found.machine
    machine = f"{here.processor}, {here.cores} cores, {here.memory_gb:g} GB."
    for setup in found.setups:
        yield setup.name, f"{machine} {broke(setup)}\n\n{levels(setup)}"
        law = setup.law()
        if law is not None:
            yield f"{setup.name} law", lawful(law)
    gateway, models = found.setup("gateway"), found.setup("models")
    if gateway is not None and (law := gateway.law()) is not None and law.session_cores > 0:
        yield "fleet", fleet(law)
    if models is not None and models.at_most() is not None:
        yield "nodes", nodes(models)
        yield "stages", stages(models)


def broke(setup: Setup) -> str:
    counts = sorted({level.replicas for level in setup.levels})
    held = ", ".join(f"**{setup.most(n)}** with {n} gateway{'s' * (n > 1)}" for n in counts)
    return f"Most sessions at goodput >= {setup.goodput:.0%}: {held}."


def levels(setup: Setup) -> str:
    titles = (
        "sessions", "gateways", "goodput", "turns", "voice to voice p50, p95", "cores, service",
        "cores, gateway", "cores, load generator", "cores, others", "generator late, p99",
    )  # fmt: skip
    ordered = sorted(setup.levels, key=lambda level: (level.replicas, level.sessions))
    return table(titles, (row(level) for level in ordered))


def row(level: Level) -> tuple[str, ...]:
    times = (level.voice_to_voice_p50_ms, level.voice_to_voice_p95_ms)
    late = level.sender_late_p99_ms
    return (
        f"{level.sessions}", f"{level.replicas}", f"{level.goodput:.1%}", f"{level.turns}",
        ", ".join("-" if ms is None else f"{ms:.0f} ms" for ms in times),
        f"{level.service_cores:.2f}", f"{level.gateway_cores:.2f}", f"{level.generator_cores:.2f}",
        "-" if level.other_cores is None else f"{level.other_cores:.2f}",
        "-" if late is None else f"{late:.1f} ms",
    )  # fmt: skip


def lawful(law: Law) -> str:
    return (
        f"cores = {law.fixed_cores:.3f} x gateways + {law.session_cores:.4f} x sessions "
        f"(no measurement is further off than {law.error:.3f}): {law.sessions_of_a_core()} "
        f"sessions fill a core, {law.sessions_of_a_core(FILL)} fill {FILL:.0%} of it."
    )


def fleet(law: Law) -> str:
    """Gateways for many sessions."""
    each = law.sessions_of_a_core(FILL)
    rows = [
        (f"{n:,}", f"{count:,}", f"{law.cores(n, count):,.0f}",
         f"{n * UP_KBITS / 1e6:,.2f} Gbit/s", f"{n * DOWN_KBITS / 2e6:,.2f} Gbit/s")
        for n in MANY if each > 0 and (count := replicas(n, each))
    ]  # fmt: skip
    titles = ("sessions", f"gateways of {each}", "cores used", "in", "out, half of them speaking")
    return table(titles, rows)


def nodes(models: Setup) -> str:
    """Machines such as this one, with everything on them."""
    most = models.most()
    rows = [(f"{n:,}", f"{replicas(n, most):,}") for n in MANY]
    return table(("sessions", f"nodes for {most} each"), rows)


def stages(models: Setup) -> str:
    """Servers of each stage, by the time a turn keeps one busy."""
    quiet = min(models.levels, key=lambda level: level.sessions)
    rate = quiet.turns_per_session_s
    rows = [
        (name, f"{seconds:.2f} s",
         *(f"{n * rate * seconds:,.0f} -> {staffed(n * rate * seconds):,}" for n in MANY))
        for name, seconds in sorted(quiet.stage_s_a_turn.items())
    ]  # fmt: skip
    titles = ("stage", "open for a turn", *(f"{n:,} sessions: busy -> servers" for n in MANY))
    return f"{rate:.3f} turns a second and session.\n\n{table(titles, rows)}"


if __name__ == "__main__":
    main()
