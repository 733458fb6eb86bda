"""What a face does besides speaking: it sways, looks about, blinks, nods, raises its brows."""

from dataclasses import dataclass

import numpy as np

from avatar_serving.media import Behaviour
from avatar_serving.stages.animate.chance import Chance, moments, wander
from avatar_serving.stages.animate.gaze import Gazing
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, bump

YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT = 10.0, 7.0, 6.0
"""Degrees; a head in conversation seldom goes further."""
_BROWS = (("browInnerUp", 0.14), ("browOuterUpLeft", 0.20), ("browOuterUpRight", 0.20))
_RAISE_S = 0.22


@dataclass(frozen=True, slots=True)
class Bearing:
    """How a person holds themselves. Angles in degrees, times in seconds; 0 for never."""

    sway: tuple[float, float, float]
    """Largest wandering of yaw, pitch, roll."""
    gazing: Gazing
    held: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Yaw, pitch, roll about which it wanders; yaw and roll take a side by the seed."""
    sway_hz: tuple[float, float] = (0.06, 0.3)
    blinks_per_min: float = 17.0
    """Besides those that come with large turns of the eyes."""
    nod_every_s: float = 0.0
    nod_deg: float = 0.0
    raise_every_s: float = 0.0
    """How often the brows go up for a moment."""
    weights: tuple[tuple[str, float], ...] = ()
    """Blendshapes held, and gently varied."""


_SMILE = (("mouthSmileLeft", 0.07), ("mouthSmileRight", 0.07))
BEARINGS: dict[Behaviour, Bearing] = {
    "idle": Bearing((2.8, 1.7, 1.3), Gazing(4.5, 0.9), sway_hz=(0.05, 0.4), blinks_per_min=16,
                    weights=_SMILE),
    "listening": Bearing(
        (3.4, 2.2, 1.9), Gazing(7.9, 0.43), held=(0.0, -0.3, 1.3), sway_hz=(0.06, 0.5),
        blinks_per_min=15, nod_every_s=3.6, nod_deg=1.9, raise_every_s=6.5,
        weights=(*_SMILE, ("browInnerUp", 0.10), ("browOuterUpLeft", 0.05),
                 ("browOuterUpRight", 0.05), ("eyeWideLeft", 0.04), ("eyeWideRight", 0.04)),
    ),
    "thinking": Bearing(
        (2.2, 1.5, 1.2), Gazing(1.3, 0.9, rest=(7.0, 8.0)), held=(2.8, 1.4, 0.8),
        blinks_per_min=11, raise_every_s=9.0,
        weights=(("browInnerUp", 0.16), ("browDownLeft", 0.10), ("browDownRight", 0.06),
                 ("mouthPressLeft", 0.10), ("mouthPressRight", 0.10), ("mouthShrugLower", 0.08),
                 ("eyeSquintLeft", 0.10), ("eyeSquintRight", 0.10)),
    ),
    "speaking": Bearing(
        (5.0, 3.4, 3.2), Gazing(3.1, 0.93), sway_hz=(0.06, 0.6), blinks_per_min=18,
        weights=(("mouthSmileLeft", 0.05), ("mouthSmileRight", 0.05), ("browInnerUp", 0.06)),
    ),
}  # fmt: skip
"""Looking follows gaze.py's source; thought blinks less than talk, as lids.py's says."""


def poise(bearing: Bearing, chance: Chance, line: Timeline) -> Floats:
    """The blendshapes somebody holds, and the movements of their brows."""
    frames = line.empty()
    for name, weight in bearing.weights:
        # Both sides of a pair share the name without its side, so that they vary together.
        pair = name.removesuffix("Left").removesuffix("Right")
        frames[:, COLUMN[name]] = weight * (1 + 0.35 * wander(chance, pair, line, 0.05, 0.25))
    if bearing.raise_every_s:
        for at_s in moments(chance, "raise", line, bearing.raise_every_s, 2.0, 0.8).tolist():
            for name, height in _BROWS:
                frames[:, COLUMN[name]] += height * bump(line.answer_s, at_s, _RAISE_S)
    return frames


def head(bearing: Bearing, chance: Chance, line: Timeline) -> Floats:
    """frames x 3 degrees of sway and nods about where the head is held."""
    waves = [wander(chance, name, line, *bearing.sway_hz) for name in ("yaw", "pitch", "roll")]
    angles = np.stack(waves, axis=1) * bearing.sway
    if bearing.nod_every_s:
        for i, at_s in enumerate(moments(chance, "nod", line, bearing.nod_every_s, 1.8, 0.8)):
            angles[:, 1] += nod(line, float(at_s), bearing.nod_deg)
            if i % 3 == 1:
                angles[:, 1] += nod(line, float(at_s) + 0.42, 0.6 * bearing.nod_deg)
    return angles


def nod(line: Timeline, at_s: float, depth_deg: float) -> Floats:
    """Pitch of one nod: down, and a little past the start on the way back."""
    times = line.answer_s
    return depth_deg * (0.25 * bump(times, at_s + 0.28, 0.11) - bump(times, at_s, 0.11))


def limited(angles: Floats) -> Floats:
    """Bend yaw, pitch, roll towards their limits instead of running into them."""
    most = np.array([YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT])
    return most * np.tanh(angles / most)
