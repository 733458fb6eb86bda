"""Tables and rows of pictures, as text."""

from collections.abc import Iterable, Sequence
from html import escape

from avatar_serving.evaluation.results import Control
from avatar_serving.evaluation.targets import Verdict

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
td, th { padding: .2rem .8rem; border-bottom: 1px solid #ddd; text-align: left }
td.number { text-align: right; font-variant-numeric: tabular-nums }
.reached { color: #176c2c } .missed { color: #8a5a00 } .low { color: #b00020 }
.row { display: flex; flex-wrap: wrap; gap: .5rem } .row img { width: 12rem; border-radius: .4rem }
"""
_MARKS = {(True, True): ("reached", "reached"), (False, True): ("missed", "missed"),
          (False, False): ("low", "too low")}  # fmt: skip


def targets(found: Iterable[Verdict]) -> str:
    rows: list[str] = []
    for verdict in found:
        target = verdict.target
        name, mark = ("", "not measured")
        if verdict.reached is not None:
            name, mark = _MARKS[(verdict.reached, bool(verdict.reached or verdict.held))]
        bound = f"{'at least' if target.sense == 'least' else 'at most'} {target.goal:g}"
        cells = f"<td>{escape(target.name)}{number(verdict.value)}<td>{target.unit}<td>{bound}"
        rows.append(f"<tr>{cells}<td class='{name}'>{mark}")
    return f"<table>{''.join(rows)}</table>"


def controls(swept: Iterable[Control]) -> str:
    head = ("control", "correlation", "slope", "slope read", "travel", "seen travel", "found")
    return table(head, (
        (c.name, c.correlation, c.slope, c.read_slope or "", c.travel, c.seen_travel,
         f"{c.found} of {c.steps}")
        for c in swept
    ))  # fmt: skip


def row(title: str, pictures: Sequence[str]) -> str:
    shown = "".join(f"<img src='{path}' alt=''>" for path in pictures)
    return f"<h3>{escape(title)}</h3><div class=row>{shown}</div>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(name)}" for name in head)
    body = "".join(f"<tr>{''.join(cell(value) for value in values)}" for values in rows)
    return f"<table><tr>{top}{body}</table>"


def cell(value: object) -> str:
    if value is None or isinstance(value, int | float):
        return number(value)
    return f"<td>{escape(str(value))}"


def number(value: float | None) -> str:
    shown = "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    return f"<td class=number>{shown}"
