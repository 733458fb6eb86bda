"""What a camera sees of the user, as numbers that the user's own browser made."""

from dataclasses import dataclass
from typing import Literal

from avatar_serving.affect.feeling import Feeling

Gesture = Literal["none", "nod", "shake", "wave"]

_GREETING = 0.45


@dataclass(frozen=True, slots=True)
class Seen:
    """A face at one moment. All 0..1; the mean of both sides of the face."""

    smile: float = 0.0
    frown: float = 0.0
    """Corners of the mouth pulled down."""
    brow_raise: float = 0.0
    brow_furrow: float = 0.0
    eye_wide: float = 0.0
    jaw_open: float = 0.0
    nose_wrinkle: float = 0.0
    attention: float = 1.0
    """1: turned to the screen; 0: turned away, or nobody there."""
    gesture: Gesture = "none"


def feeling_of(seen: Seen) -> Feeling:
    """Emotions by the action units that make them up (Ekman & Friesen, FACS; EMFACS): joy 12,
    sadness 1 + 15, anger 4 without 12, disgust 9, surprise 1 + 2 + 5 + 26. A face that is turned
    away tells little. A wave is friendly, whatever the face."""
    greeting = _GREETING if seen.gesture == "wave" else 0.0
    surprise = seen.brow_raise * max(seen.eye_wide, seen.jaw_open)
    return Feeling.of(
        {
            "joy": max(1.1 * seen.smile - 0.3 * seen.frown, greeting),
            "sadness": 0.9 * seen.frown + 0.3 * seen.brow_raise * seen.frown - seen.smile,
            "anger": 0.8 * seen.brow_furrow - seen.smile - 0.5 * seen.brow_raise,
            "disgust": 0.9 * seen.nose_wrinkle - 0.6 * seen.smile,
            "surprise": 1.2 * surprise - 0.4 * seen.smile,
        }
    ).scaled(seen.attention)
