"""The tables of docs/autoscaling.md."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from scripts.autoscaling.compare import Result

PAGE = Path(__file__).parents[2] / "docs" / "autoscaling.md"
BEGIN, END = "<!-- begin simulated -->", "<!-- end simulated -->"
_TITLES = (
    "| policy | p95 wait, s | longest, s | refused | GPU-hours | changes |\n"
    "|---|---|---|---|---|---|"
)


def write(results: Sequence[Result]) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{tables(results)}\n{END}{after}")


def tables(results: Sequence[Result]) -> str:
    return "\n\n".join(_tables(results))


def _tables(results: Sequence[Result]) -> Iterator[str]:
    for scenario, of_it in groupby(results, key=lambda result: result.scenario):
        rows = "\n".join(_row(result) for result in of_it)
        yield f"**{scenario.name}**: {scenario.about}.\n\n{_TITLES}\n{rows}"


def _row(result: Result) -> str:
    found = result.outcome
    waits = f"{found.wait_s(95):.0f} | {found.wait_s(100):.0f}"
    refused = f"{100 * found.refused_share:.1f} %"
    return f"| {result.rival} | {waits} | {refused} | {found.gpu_hours:.1f} | {found.changes} |"
