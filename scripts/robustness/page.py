"""docs/robustness.md from what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from avatar_serving.errors import ImageRejected
from scripts.robustness.people import Wanted
from scripts.robustness.trial import Outcome

BEGIN, END = "<!-- begin {} -->", "<!-- end {} -->"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    what: str
    wanted: Wanted
    outcome: Outcome

    @property
    def verdict(self) -> str:
        outcome = self.outcome
        if outcome.crash:
            return "**fault**"
        if outcome.refused is not None:
            return "**wrongly refused**" if self.wanted == "avatar" else "right"
        if self.wanted == "refusal":
            return "**wrongly accepted**"
        return "weak" if outcome.quality and outcome.quality.weak else "right"

    def cells(self) -> tuple[str, ...]:
        outcome = self.outcome
        if outcome.crash:
            return (self.what, outcome.crash, "", "", "", self.verdict)
        if (error := outcome.refused) is not None:
            check = error.check if isinstance(error, ImageRejected) else error.code
            return (self.what, f"refused, `{check}`: {error}", "", "", "", self.verdict)
        assert outcome.quality is not None
        q = outcome.quality
        identity = "" if q.identity is None else f"{q.identity:.2f}"
        figures = (f"{q.nme:.4f}", identity, f"{q.jaw:.2f} / {q.blink:.2f}")
        kind = "avatar" if q.identity is not None else "drawn avatar"
        return (self.what, kind, *figures, self.verdict)


def write_page(page: Path, tables: Mapping[str, Sequence[Row]]) -> None:
    """Replaces what stands between the page's marks of that name."""
    text = page.read_text()
    for name, rows in tables.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, rest = text.split(begin)
        text = before + begin + "\n" + table(rows) + "\n" + end + rest.split(end)[1]
    page.write_text(text)


def table(rows: Sequence[Row]) -> str:
    lines = [
        summary(rows), "",
        "| picture | outcome | NME | identity | jaw / blink | verdict |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    return "\n".join([*lines, *(f"| {' | '.join(row.cells())} |" for row in rows)])


def summary(rows: Sequence[Row]) -> str:
    made = sum(row.outcome.quality is not None for row in rows)
    kinds = ("right", "weak", "wrongly refused", "wrongly accepted", "fault")
    counts = {kind: sum(row.verdict.strip("*") == kind for row in rows) for kind in kinds}
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"{len(rows)} pictures: {made} avatars, {len(rows) - made} refusals; {told}."
