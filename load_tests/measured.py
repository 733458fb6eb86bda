"""From what a client lived through to the figures of one turn."""

import numpy as np

from avatar_serving.client import Turn
from load_tests.plan import Targets, Visit
from load_tests.results import TurnResult


def turn_result(
    turn: Turn, visit: Visit, begin_s: float, heard_only: bool | None = None
) -> TurnResult:
    """*begin_s* is the start of the run. To be called when the answer is over, or was cut."""
    answer, playout = turn.answer, turn.answer.playout
    cut = playout.stopped_s is not None
    late = answer.lateness_ms()
    return TurnResult(
        visit=visit.index,
        at_s=round(turn.uttered.ended_s - begin_s, 3),
        language=visit.language,
        status="interrupted" if cut else answer.status,
        voice_to_voice_ms=round(turn.voice_to_voice_ms, 1),
        underruns=len(playout.underruns),
        underrun_ms=round(sum(u.seconds for u in playout.underruns) * 1000, 1),
        motion_late_ms=round(float(np.percentile(late, 95)), 2) if late else 0.0,
        motion_drift_ms=0.0 if cut else round(answer.drift_ms(), 2),
        barge_in_ms=None if turn.silenced_ms is None else round(turn.silenced_ms, 1),
        heard_only=heard_only,
        premature=turn.premature,
    )


def unanswered(visit: Visit, at_s: float, failure: str) -> TurnResult:
    return TurnResult(
        visit=visit.index, at_s=round(at_s, 3), language=visit.language, failure=failure
    )


MISSES = (
    "no answer", "answer failed", "voice to voice", "underrun", "motion late", "barge-in",
    "not heard only",
)  # fmt: skip
"""Names of the targets, by which turns are counted that missed them."""


def missed(turn: TurnResult, targets: Targets) -> list[str]:
    """Which targets *turn* did not meet; none: it was good."""
    if turn.failure or turn.voice_to_voice_ms is None:
        return ["no answer"]
    found = {
        "answer failed": turn.status not in ("completed", "interrupted"),
        "voice to voice": turn.voice_to_voice_ms > targets.voice_to_voice_ms,
        "underrun": turn.underruns > 0,
        "motion late": turn.motion_late_ms > targets.motion_late_ms,
        "barge-in": (turn.barge_in_ms or 0.0) > targets.barge_in_ms,
        "not heard only": turn.heard_only is False,
    }
    return [name for name in MISSES if found.get(name)]
