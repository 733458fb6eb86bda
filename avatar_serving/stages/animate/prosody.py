"""How head and brows go with the melody and the weight of a voice.

Heads move with speech: most of a voice's pitch and loudness can be told from the head alone (K.
Munhall et al., Visual prosody and speech intelligibility, Psychological Science 15, 2004; H. Yehia
et al., Journal of Phonetics 30, 2002), and three in four brow raises come with a rise of the pitch
(C. Cavé et al., ICSLP 1996). The head dips where a voice leans and lifts where it rises; brows rise
with high pitch. What is slower than a syllable counts, so the motion is smoothed to that.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from avatar_serving.stages.animate.sound import Prosody
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline

_SYLLABLE_S = 0.09
"""Width of the smoothing."""
_DIP_DEG, _LIFT_DEG = 1.0, 0.8
"""Pitch of the head for one standard deviation of loudness, and of the melody."""
_TURN_DEG = 0.7
_BROWS = (("browInnerUp", 0.10), ("browOuterUpLeft", 0.12), ("browOuterUpRight", 0.12))
_EXPRESSIVE = 1.5
"""Semitones: a voice that varies less is not exaggerated by the face."""


def move(frames: Floats, heard: Prosody, side: float, line: Timeline) -> None:
    """Add the motion to *frames*; *side* -1 or 1 is where the head turns. None is left at ends."""
    inside = line.edges(0.15, 0.15)
    weight = _standard(_slow(heard.loud, line), 0.08)
    melody = _standard(_slow(heard.semitones, line), _EXPRESSIVE)
    pitch = _LIFT_DEG * melody - _DIP_DEG * weight
    frames[:, COLUMN["headPitch"]] += inside * pitch
    frames[:, COLUMN["headYaw"]] += inside * side * _TURN_DEG * weight
    high = np.clip(melody - 0.6, 0.0, 1.5)
    for name, share in _BROWS:
        frames[:, COLUMN[name]] += inside * share * high


def _slow(curve: Floats, line: Timeline) -> Floats:
    return gaussian_filter1d(curve, _SYLLABLE_S * line.fps, mode="nearest")


def _standard(curve: Floats, least: float) -> Floats:
    """Zero mean, unit deviation; within 2.5, and calm where the curve hardly varies."""
    centred = curve - curve.mean() if len(curve) else curve
    deviation = float(centred.std()) if len(curve) else 0.0
    return np.clip(centred / max(deviation, least), -2.5, 2.5)
