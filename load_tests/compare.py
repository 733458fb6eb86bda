"""Two runs side by side: what is better, what is worse, what cannot be told apart."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from load_tests.measured import missed
from load_tests.plan import Targets
from load_tests.results import Run, TurnResult

_ROUNDS = 2000
_SURE = (2.5, 97.5)
"""Percentiles of the bootstrap between which a difference lies, with 95 % confidence."""
_MATTERS = 0.03
"""A difference of less than this part is not worth telling, however certain."""

Verdict = Literal["better", "worse", "the same", "uncertain", "not measured"]
Values: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    of: Callable[[TurnResult, Targets], float | None]
    """One turn's value; None where the turn has none."""
    reduce: Callable[[Values], float]
    more_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    a: float
    b: float
    least: float
    """Of B minus A, with 95 % confidence."""
    most: float
    verdict: Verdict


def _percentile(q: float) -> Callable[[Values], float]:
    return lambda values: float(np.percentile(values, q))


def _mean(values: Values) -> float:
    return float(values.mean())


FIGURES = (
    Figure("goodput", lambda t, targets: float(not missed(t, targets)), _mean, True),
    Figure("voice to voice p50, ms", lambda t, _: t.voice_to_voice_ms, _percentile(50)),
    Figure("voice to voice p95, ms", lambda t, _: t.voice_to_voice_ms, _percentile(95)),
    Figure("voice to voice p99, ms", lambda t, _: t.voice_to_voice_ms, _percentile(99)),
    Figure("barge-in to silence p95, ms", lambda t, _: t.barge_in_ms, _percentile(95)),
    Figure("motion behind sound p95, ms", lambda t, _: t.motion_late_ms, _percentile(95)),
    Figure("silence by underruns, ms a turn", lambda t, _: t.underrun_ms, _mean),
)


def compare(a: Run, b: Run, seed: int = 0) -> list[Difference]:
    """Every figure of both. Turns of one session are alike, so whole sessions are drawn."""
    rng = np.random.default_rng(seed)
    return [_difference(figure, _by_session(figure, a), _by_session(figure, b), rng)
            for figure in FIGURES]  # fmt: skip


def verdict(differences: Sequence[Difference]) -> Verdict:
    """Of B as a whole: worse if anything is worse."""
    found = {difference.verdict for difference in differences}
    order: tuple[Verdict, ...] = ("worse", "better", "uncertain", "the same")
    for word in order:
        if word in found:
            return word
    return "not measured"


def _by_session(figure: Figure, run: Run) -> list[Values]:
    targets = Targets(**run.targets)
    sessions: dict[int, list[float]] = {}
    for turn in run.turns:
        value = figure.of(turn, targets)
        if value is not None:
            sessions.setdefault(turn.visit, []).append(value)
    return [np.asarray(values) for values in sessions.values()]


def _difference(
    figure: Figure, a: list[Values], b: list[Values], rng: np.random.Generator
) -> Difference:
    if not a or not b:
        nothing = float("nan")
        return Difference(figure.name, nothing, nothing, nothing, nothing, "not measured")
    whole_a, whole_b = (figure.reduce(np.concatenate(side)) for side in (a, b))
    apart = [_drawn(figure, b, rng) - _drawn(figure, a, rng) for _ in range(_ROUNDS)]
    least, most = (float(np.percentile(apart, q)) for q in _SURE)
    margin = _MATTERS * abs(whole_a)
    return Difference(
        figure.name, whole_a, whole_b, least, most,
        _judge(least, most, margin, figure.more_is_better),
    )  # fmt: skip


def _drawn(figure: Figure, sessions: list[Values], rng: np.random.Generator) -> float:
    chosen = rng.integers(0, len(sessions), len(sessions))
    return figure.reduce(np.concatenate([sessions[i] for i in chosen]))


def _judge(least: float, most: float, margin: float, more_is_better: bool) -> Verdict:
    """Of an interval of B minus A."""
    if -margin <= least and most <= margin:
        return "the same"
    if least > 0 and most > margin:
        return "better" if more_is_better else "worse"
    if most < 0 and least < -margin:
        return "worse" if more_is_better else "better"
    return "uncertain"
