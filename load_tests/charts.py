"""The pictures of a run's report."""

from load_tests.figures import live_over_time, windows
from load_tests.measured import missed
from load_tests.plan import Targets
from load_tests.results import Run, TurnResult
from load_tests.svg import Chart, Series, cumulative

_ALL = 101.0
"""Percent, with room for the line at 100."""
_PER_CHART = 4000
"""Dots; more would only make the page slow."""


def charts(run: Run, wanted: float) -> list[tuple[str, str]]:
    """(title, SVG); those of nothing are left out."""
    targets = Targets(**run.targets)
    drawn = [
        ("Live sessions", _live(run)),
        ("Voice to voice of each turn", _turns(run, targets)),
        ("Goodput by live sessions", _goodput(run, targets, wanted)),
        ("Voice to voice", _voice_to_voice(run, targets)),
        ("Barge-in to silence", _barge_in(run, targets)),
        ("Motion behind sound", _motion(run, targets)),
        ("Silence by underruns", _underruns(run)),
        ("Opening a session", _opening(run)),
    ]
    return [(title, svg) for title, chart in drawn if (svg := chart.svg())]


def _live(run: Run) -> Chart:
    steps = live_over_time(run.visits)
    times, counts = [at_s for at_s, _ in steps], [float(n) for _, n in steps]
    refused = [visit.at_s for visit in run.visits if visit.outcome != "served"]
    bad = Series("rejected, dropped, failed", refused, [0.0] * len(refused), "dots", "var(--bad)")
    return Chart("s", "live sessions", (Series("live", times, counts, "steps"), bad))


def _turns(run: Run, targets: Targets) -> Chart:
    step = max(1, len(run.turns) // _PER_CHART)
    shown = [t for t in run.turns[::step] if t.voice_to_voice_ms is not None]
    good = [t for t in shown if not missed(t, targets)]
    poor = [t for t in shown if missed(t, targets)]

    def dots(name: str, some: list[TurnResult], colour: str) -> Series:
        return Series(
            name, [t.at_s for t in some], [t.voice_to_voice_ms or 0.0 for t in some], "dots", colour
        )

    series = (dots("good", good, "var(--a)"), dots("a target missed", poor, "var(--bad)"))
    return Chart("s", "ms", series, limit=targets.voice_to_voice_ms)


def _goodput(run: Run, targets: Targets, wanted: float) -> Chart:
    found = sorted(windows(run.turns, run.visits, targets), key=lambda window: window.live)
    shares = Series("goodput", [w.live for w in found], [100 * w.goodput for w in found], "dots")
    return Chart("live sessions", "% of a stretch of the run", (shares,), 100 * wanted, y_most=_ALL)


def _voice_to_voice(run: Run, targets: Targets) -> Chart:
    languages = dict.fromkeys(turn.language for turn in run.turns)
    series = tuple(
        Series(language, *cumulative([
            t.voice_to_voice_ms for t in run.turns
            if t.voice_to_voice_ms is not None and t.language == language
        ]))
        for language in languages
    )  # fmt: skip
    return Chart("ms", "% of turns", series, upright=targets.voice_to_voice_ms, y_most=_ALL)


def _barge_in(run: Run, targets: Targets) -> Chart:
    values = [t.barge_in_ms for t in run.turns if t.barge_in_ms is not None]
    series = (Series("barge-in", *cumulative(values)),)
    return Chart("ms", "% of interruptions", series, upright=targets.barge_in_ms, y_most=_ALL)


def _motion(run: Run, targets: Targets) -> Chart:
    late = [t.motion_late_ms for t in run.turns if not t.failure]
    series = (Series("p95 of a turn's frames", *cumulative(late)),)
    return Chart("ms", "% of turns", series, upright=targets.motion_late_ms, y_most=_ALL)


def _underruns(run: Run) -> Chart:
    empty = [t for t in run.turns if t.underruns]
    series = Series("turn", [t.at_s for t in empty], [t.underrun_ms for t in empty], "dots")
    return Chart("s", "ms of silence in a turn", (series,), x_most=run.seconds)


def _opening(run: Run) -> Chart:
    opened = [visit for visit in run.visits if visit.opened_ms is not None]
    times = [visit.opened_ms or 0.0 for visit in opened]
    return Chart("s", "ms", (Series("session", [v.at_s for v in opened], times, "dots"),))
