"""From single turns to the figures of a run."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from load_tests.measured import MISSES, missed
from load_tests.plan import Targets
from load_tests.results import CreationResult, SessionResult, Spread, Summary, TurnResult
from load_tests.sender import Lateness

_WINDOWS = 12
_FEW = 4
"""A window with fewer turns says nothing."""


def spread(values: Iterable[float]) -> Spread | None:
    """None of nothing. A percentile is a value that was measured: nothing is interpolated."""
    known = np.sort(np.fromiter(values, float))
    if not len(known):
        return None
    p50, p95, p99 = (float(np.percentile(known, q, method="higher")) for q in (50, 95, 99))
    return Spread(count=len(known), p50=p50, p95=p95, p99=p99, most=float(known[-1]))


def summary(
    turns: Sequence[TurnResult],
    visits: Sequence[SessionResult],
    creations: Sequence[CreationResult],
    lateness: Lateness,
    targets: Targets,
    wanted: float,
) -> Summary:
    """*wanted* is the goodput below which a service counts as broken."""
    wrong = [missed(turn, targets) for turn in turns]
    counts = Counter(name for names in wrong for name in names)
    answered = [turn for turn in turns if turn.voice_to_voice_ms is not None]
    values = {
        "voice to voice, ms": (t.voice_to_voice_ms for t in answered),
        "barge-in to silence, ms": (t.barge_in_ms for t in turns),
        "motion behind sound, ms": (t.motion_late_ms for t in answered),
        "motion against sound at the end, ms": (t.motion_drift_ms for t in answered),
        "underruns, an answer": (float(t.underruns) for t in answered),
        "silence by underruns, ms": (t.underrun_ms for t in answered),
        "opening a session, ms": (v.opened_ms for v in visits),
        "arrivals late, ms": (v.late_ms for v in visits),
        "making an avatar, s": (c.seconds for c in creations),
    }
    spreads = {name: spread(v for v in some if v is not None) for name, some in values.items()}
    return Summary(
        goodput=goodput(turns, targets),
        turns=len(turns),
        missed={name: counts[name] for name in MISSES if counts[name]},
        sessions=dict(Counter(visit.outcome for visit in visits)),
        resumed=sum(visit.resumed for visit in visits),
        most_live=max((live for _, live in live_over_time(visits)), default=0),
        figures={name: found for name, found in spreads.items() if found is not None},
        sender_ms=lateness.spread(),
        break_point=break_point(turns, visits, targets, wanted),
    )


def goodput(turns: Sequence[TurnResult], targets: Targets) -> float:
    """Share of turns that met every target; 0 when nobody could say anything."""
    good = sum(not missed(turn, targets) for turn in turns)
    return good / len(turns) if turns else 0.0


def live_over_time(visits: Iterable[SessionResult]) -> list[tuple[float, int]]:
    """(seconds, live sessions from then on)."""
    changes = sorted(
        change
        for visit in visits
        if visit.began_s is not None and visit.ended_s is not None
        for change in ((visit.began_s, 1), (visit.ended_s, -1))
    )
    live = np.cumsum([by for _, by in changes]).tolist()
    return [(at_s, int(now)) for (at_s, _), now in zip(changes, live, strict=True)]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the run."""

    at_s: float
    """Its middle."""
    live: float
    """Live sessions, mean over its turns."""
    turns: int
    goodput: float


def windows(
    turns: Sequence[TurnResult], visits: Sequence[SessionResult], targets: Targets
) -> list[Window]:
    """The run in equal stretches of time, those with too few turns left out."""
    if not turns:
        return []
    steps = live_over_time(visits)
    times, counts = [at_s for at_s, _ in steps], [0, *(live for _, live in steps)]
    width_s = max(turn.at_s for turn in turns) / _WINDOWS + 1e-6
    found: list[Window] = []
    for i in range(_WINDOWS):
        inside = [t for t in turns if i * width_s <= t.at_s < (i + 1) * width_s]
        if len(inside) >= _FEW:
            live = [counts[int(np.searchsorted(times, t.at_s, "right"))] for t in inside]
            share = goodput(inside, targets)
            found.append(Window((i + 0.5) * width_s, float(np.mean(live)), len(inside), share))
    return found


def break_point(
    turns: Sequence[TurnResult], visits: Sequence[SessionResult], targets: Targets, wanted: float
) -> int | None:
    """Live sessions where goodput fell under *wanted* and stayed there for two stretches."""
    found = windows(turns, visits, targets)
    bad = [window.goodput < wanted for window in found]
    for i, window in enumerate(found):
        if bad[i] and all(bad[i : i + 2]):
            return round(window.live)
    return None
