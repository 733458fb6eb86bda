"""A run as a folder: index.html to look at, run.json to compute with."""

from collections import Counter
from collections.abc import Iterable
from html import escape
from pathlib import Path

from load_tests.charts import charts
from load_tests.plan import Targets
from load_tests.results import Run, Spread

_STYLE = """
:root { color-scheme: light dark; --a: #2b6cb0; --b: #b7791f; --c: #2f855a; --d: #805ad5;
  --bad: #c53030; --line: #8884 }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 86rem; padding: 0 1rem }
h1 small { font-weight: normal; opacity: .7 }
table { border-collapse: collapse; margin: .5rem 0 1.5rem }
td, th { padding: .2rem .8rem; border-bottom: 1px solid var(--line); text-align: left }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.good { color: var(--c) } .bad { color: var(--bad) }
.charts { display: grid; gap: 1rem 2rem;
  grid-template-columns: repeat(auto-fit, minmax(28rem, 1fr)) }
figure { margin: 0 } figcaption { font-weight: 600 }
svg { width: 100%; height: auto; font: 11px system-ui, sans-serif; fill: currentColor }
svg .grid { stroke: var(--line) } svg .target { stroke: var(--bad); stroke-dasharray: 5 4 }
svg .axis { opacity: .75 } svg circle { stroke: none }
"""
_REASONS = 20


def write(run: Run, folder: Path, wanted: float) -> Path:
    """The page's path. The folder is made; a run that was there before is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(run.model_dump_json(indent=1) + "\n")
    page = folder / "index.html"
    page.write_text(_page(run, wanted))
    return page


def _page(run: Run, wanted: float) -> str:
    title = f"Load test: {run.scenario}, {run.sessions} sessions"
    figures = "".join(
        f"<figure><figcaption>{escape(name)}</figcaption>{svg}</figure>"
        for name, svg in charts(run, wanted)
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(title)} <small>{escape(run.started_at)}</small></h1>"
        f"{_headline(run, wanted)}{_spreads(run)}{_misses(run)}{_checks(run)}{_reasons(run)}"
        f'<div class="charts">{figures}</div>{_setting(run)}</html>\n'
    )


def _headline(run: Run, wanted: float) -> str:
    found = run.summary
    held = found.goodput >= wanted
    parts = [
        f'<strong class="{"good" if held else "bad"}">Goodput {found.goodput:.1%}</strong> of '
        f"{found.turns} turns met every target (wanted: {wanted:.0%}).",
        f"At most {found.most_live} sessions were live at the same time.",
    ]
    if found.break_point is not None:
        parts.append(f"It broke at {found.break_point} live sessions.")
    if not run.complete:
        parts.append('<strong class="bad">The run was not finished.</strong>')
    return f"<p>{' '.join(parts)}</p>"


def _spreads(run: Run) -> str:
    rows = [(name, *_numbers(found)) for name, found in run.summary.figures.items()]
    if run.summary.sender_ms is not None:
        rows.append(("frames sent late by this generator, ms", *_numbers(run.summary.sender_ms)))
    return _table("Figures", ("", "n", "p50", "p95", "p99", "most"), rows)


def _numbers(found: Spread) -> tuple[str, ...]:
    values = (found.p50, found.p95, found.p99, found.most)
    return f"{found.count}", *(f"{value:.4g}" for value in values)


def _misses(run: Run) -> str:
    targets = Targets(**run.targets)
    wanted = {
        "no answer": f"within {targets.answer_s:g} s",
        "voice to voice": f"at most {targets.voice_to_voice_ms:g} ms",
        "barge-in": f"at most {targets.barge_in_ms:g} ms",
        "motion late": f"p95 of its frames at most {targets.motion_late_ms:g} ms",
        "underrun": "none",
    }
    rows = [(name, wanted.get(name, ""), f"{n}") for name, n in run.summary.missed.items()]
    return _table("Turns that missed a target", ("", "target", "turns"), rows)


def _checks(run: Run) -> str:
    rows = [
        (check.what, f"{check.client:g}", f"{check.server:g}",
         "agree" if check.agree else "DIFFER", check.note)
        for check in run.checks
    ]  # fmt: skip
    return _table(
        "The server's figures beside the clients'", ("", "clients", "server", "", ""), rows
    )


def _reasons(run: Run) -> str:
    """Outcomes of sessions, then what went wrong and how often."""
    outcomes = [(name, "", f"{n}") for name, n in run.summary.sessions.items()]
    outcomes.append(("connections lost and found again", "", f"{run.summary.resumed}"))
    wrong = Counter(
        [(v.outcome, v.reason) for v in run.visits if v.reason]
        + [("turn", t.failure) for t in run.turns if t.failure]
        + [("avatar", c.reason) for c in run.creations if c.reason]
    )
    rows = [(what, reason, f"{n}") for (what, reason), n in wrong.most_common(_REASONS)]
    return _table("Sessions", ("", "why", "n"), [*outcomes, *rows])


def _setting(run: Run) -> str:
    rows = [
        (name, str(getattr(run, name)))
        for name in ("url", "seconds", "seed", "processes", "speech", "started_at")
    ]
    return _table("How", ("", ""), rows)


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    found = list(rows)
    if not found:
        return ""
    numbers = [all(_number(cell) for cell in column) for column in zip(*found, strict=True)]
    head = "".join(_cell("th", *cell) for cell in zip(heads, numbers, strict=True))
    lines = ("".join(_cell("td", cell, _number(cell)) for cell in row) for row in found)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<h2>{escape(title)}</h2><table><tr>{head}</tr>{body}</table>"


def _number(text: str) -> bool:
    return text[:1].isdigit() or text[:1] == "-"


def _cell(tag: str, text: str, number: bool) -> str:
    kind = ' class="number"' if number else ' class="bad"' if text == "DIFFER" else ""
    return f"<{tag}{kind}>{escape(text)}</{tag}>"
