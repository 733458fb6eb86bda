"""Emotions as action units, head and gaze, at full intensity.

The prototypes of the six basic emotions follow the table of P. Ekman and W. Friesen, Unmasking the
Face (1975), and EMFACS-7 (1983): joy 6+12, sadness 1+4+15+17, anger 4+5+7+23+24, fear
1+2+4+5+7+20+26, disgust 9+10+17, surprise 1+2+5+26. Concern is the listener's sympathy face, 1+4
with a head tilt (N. Eisenberg et al., 1989); thinking is 4+14+24 with the eyes turned away
(S. Baron-Cohen and P. Cross, 1992). Intensities are those of a face that shows plainly what it
feels; a conversation seldom goes past half of them.
"""

from dataclasses import dataclass, field

from avatar_serving.expressions.action_units import shapes
from avatar_serving.media import Emotion


@dataclass(frozen=True, slots=True)
class Preset:
    """One emotion, fully shown."""

    units: dict[int, float] = field(default_factory=dict[int, float])
    """Action units and their intensities, 0..1."""
    head: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Yaw, pitch, roll in degrees; yaw and roll take a side by the seed."""
    gaze: tuple[float, float] = (0.0, 0.0)
    """Degrees the eyes turn aside (the side of the head) and up."""
    vigour: float = 1.0
    """How large movements of the head become, against those of a calm speaker."""


PRESETS: dict[Emotion, Preset] = {
    "neutral": Preset(),
    "joy": Preset({1: 0.10, 2: 0.18, 6: 0.75, 12: 0.90, 10: 0.20}, (0, 0.8, 0.8), vigour=1.25),
    "sadness": Preset(
        {1: 0.95, 4: 0.40, 7: 0.18, 15: 0.95, 17: 0.50}, (0, -2.4, 1.0), (1, -5), vigour=0.55
    ),
    "anger": Preset(
        {4: 1.00, 5: 0.22, 7: 0.55, 9: 0.25, 15: 0.35, 23: 0.40, 24: 0.50}, (0, -1.4, 0)
    ),
    "fear": Preset(
        {1: 0.90, 2: 0.55, 4: 0.35, 5: 0.85, 15: 0.30, 20: 0.70, 26: 0.18}, (0, 1.0, 0), vigour=1.1
    ),
    "disgust": Preset({4: 0.55, 7: 0.50, 9: 1.00, 10: 0.30, 15: 0.55, 17: 0.50}, (2.0, 0.6, 0.8)),
    "surprise": Preset({1: 0.95, 2: 0.95, 5: 0.80, 26: 0.45}, (0, 1.8, 0), vigour=1.1),
    "concern": Preset({1: 0.85, 4: 0.45, 7: 0.15, 15: 0.45, 17: 0.25}, (0, -0.8, 2.2), vigour=0.8),
    "thinking": Preset(
        {1: 0.15, 4: 0.45, 7: 0.30, 14: 0.30, 15: 0.20, 24: 0.40},
        (2.4, 1.2, 0.8),
        (7, 8),
        vigour=0.7,
    ),
}


def weights_of(emotion: Emotion, intensity: float, lean: float = 0.0) -> dict[str, float]:
    """ARKit weights 0..1 of *emotion* at *intensity* 0..1, see `action_units.shapes`."""
    units = PRESETS[emotion].units
    return shapes({unit: weight * intensity for unit, weight in units.items()}, lean)
