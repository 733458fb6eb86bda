"""From a session's ``turn_detection`` to what the detectors and the turn machine are set to."""

from dataclasses import dataclass

from avatar_serving.config import Conversation as Habits
from avatar_serving.protocol.session_config import SemanticVad, ServerVad
from avatar_serving.session.turns import Patience

_FALLBACK_S = {"low": 2.0, "medium": 1.0, "auto": 1.0, "high": 0.6}
"""Longest pause within a sentence, by eagerness."""


@dataclass(frozen=True, slots=True)
class Detection:
    """How the ends of turns are found."""

    patience: Patience
    threshold: float
    """Probability of speech, 0..1."""
    prefix_ms: int
    early_ms: int
    """Pause after which work on an answer begins."""
    interruptible: bool
    automatic: bool
    """Turns are found by listening, not committed by the client."""


def detection_of(options: ServerVad | SemanticVad | None, habits: Habits) -> Detection:
    """What the session's options mean; None: the client commits turns itself."""
    early_s = habits.early_silence_ms / 1000
    if isinstance(options, ServerVad):
        patience_s = options.silence_duration_ms / 1000
        return Detection(
            Patience(patience_s, patience_s, judged=False),
            options.threshold,
            options.prefix_padding_ms,
            min(habits.early_silence_ms, options.silence_duration_ms),
            options.interrupt_response,
            automatic=True,
        )
    return Detection(
        Patience(
            early_s, _FALLBACK_S[options.eagerness if options else "auto"], True, habits.complete
        ),
        threshold=0.5,
        prefix_ms=300,
        early_ms=habits.early_silence_ms,
        interruptible=options is None or options.interrupt_response,
        automatic=options is not None,
    )
