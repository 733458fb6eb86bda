"""What a face does besides speaking: it sways, looks about, blinks, nods."""

from dataclasses import dataclass

import numpy as np

from avatar_serving.media import Behaviour
from avatar_serving.stages.animate.chance import Chance, moments, wander
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, bump, smooth

YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT = 6.0, 4.0, 3.0
"""Degrees; a head in conversation stays within them."""
_BLINK_CLOSE_S, _BLINK_OPEN_S = 0.05, 0.10
_BLINK_LEAST_S = 0.9
_SACCADE_S = 0.045
_EYE_DEG = 30.0
"""Eye rotation of a full eyeLook weight."""
_STEADY = 0.8
"""Share of a head turn that the eyes take back, to keep looking where they look."""
_SEAM_S = 0.4


@dataclass(frozen=True, slots=True)
class Bearing:
    """How a person holds themselves. Angles in degrees."""

    sway: tuple[float, float, float]
    """Largest wandering of yaw, pitch, roll."""
    held: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Yaw, pitch, roll about which it wanders; yaw and roll take a side by the seed."""
    sway_hz: tuple[float, float] = (0.06, 0.3)
    gaze: tuple[float, float] = (0.0, 0.0)
    """Where the eyes rest: aside (the side of *held*), up."""
    fixation_s: float = 1.8
    glance: float = 0.1
    """Share of fixations that leave the resting place."""
    glance_deg: float = 7.0
    blinks_per_min: float = 17.0
    nod_every_s: float = 0.0
    nod_deg: float = 0.0
    weights: tuple[tuple[str, float], ...] = ()
    """Blendshapes held, and gently varied."""


_SMILE = (("mouthSmileLeft", 0.07), ("mouthSmileRight", 0.07))
BEARINGS: dict[Behaviour, Bearing] = {
    "idle": Bearing((1.8, 1.0, 0.9), sway_hz=(0.05, 0.2), glance=0.18, weights=_SMILE),
    "listening": Bearing(
        (1.4, 0.8, 0.8), held=(0.0, -0.3, 1.3), sway_hz=(0.08, 0.3), fixation_s=1.4, glance=0.04,
        blinks_per_min=15, nod_every_s=3.6, nod_deg=1.9,
        weights=(*_SMILE, ("browInnerUp", 0.10), ("browOuterUpLeft", 0.05),
                 ("browOuterUpRight", 0.05), ("eyeWideLeft", 0.04), ("eyeWideRight", 0.04)),
    ),
    "thinking": Bearing(
        (1.2, 0.8, 0.7), held=(2.8, 1.4, 0.8), gaze=(7.0, 8.0), fixation_s=0.9, glance=0.5,
        glance_deg=5.0, blinks_per_min=14,
        weights=(("browInnerUp", 0.16), ("browDownLeft", 0.10), ("browDownRight", 0.06),
                 ("mouthPressLeft", 0.10), ("mouthPressRight", 0.10), ("mouthShrugLower", 0.08),
                 ("eyeSquintLeft", 0.10), ("eyeSquintRight", 0.10)),
    ),
    "speaking": Bearing(
        (2.4, 1.4, 1.2), sway_hz=(0.1, 0.5), fixation_s=1.5, glance=0.16, weights=(
            ("mouthSmileLeft", 0.05), ("mouthSmileRight", 0.05), ("browInnerUp", 0.06)),
    ),
}  # fmt: skip


def life(behaviour: Behaviour, seed: int, line: Timeline) -> Floats:
    """Head, eyes, lids, brows: a pure function of the seed and the answer's time."""
    bearing, chance = BEARINGS[behaviour], Chance(seed, behaviour)
    side = 1.0 if Chance(seed, "side").stream("side").random() < 0.5 else -1.0
    frames = line.empty()
    for name, weight in bearing.weights:
        # Both sides of a pair share the name without its side, so that they vary together.
        pair = name.removesuffix("Left").removesuffix("Right")
        frames[:, COLUMN[name]] = weight * (1 + 0.35 * wander(chance, pair, line, 0.05, 0.25))
    head = _head(bearing, chance, side, line)
    frames[:, -3:] = head
    _look(frames, _gaze(bearing, chance, side, line) - _STEADY * head[:, :2])
    blink(frames, _lids(bearing, chance, line))
    return frames


def nod(line: Timeline, at_s: float, depth_deg: float) -> Floats:
    """Pitch of one nod: down, and a little past the start on the way back."""
    times = line.answer_s
    return depth_deg * (0.25 * bump(times, at_s + 0.28, 0.11) - bump(times, at_s, 0.11))


def _head(bearing: Bearing, chance: Chance, side: float, line: Timeline) -> Floats:
    low, high = bearing.sway_hz
    head = np.stack(
        [
            held * lean + sway * wander(chance, name, line, low, high)
            for name, sway, held, lean in zip(
                ("yaw", "pitch", "roll"), bearing.sway, bearing.held, (side, 1.0, side), strict=True
            )
        ],
        axis=1,
    )
    if bearing.nod_every_s:
        for i, at_s in enumerate(moments(chance, "nod", line, bearing.nod_every_s, 1.8, 0.8)):
            head[:, 1] += nod(line, float(at_s), bearing.nod_deg)
            if i % 3 == 1:
                head[:, 1] += nod(line, float(at_s) + 0.42, 0.6 * bearing.nod_deg)
    return np.stack([limited(head[:, i], most) for i, most in enumerate(_LIMITS)], axis=1)


_LIMITS = (YAW_LIMIT, PITCH_LIMIT, ROLL_LIMIT)


def limited(angle: Floats, most: float) -> Floats:
    """Bend towards *most* instead of running into it."""
    return most * np.tanh(angle / most)


def _gaze(bearing: Bearing, chance: Chance, side: float, line: Timeline) -> Floats:
    """Degrees the eyes look to the person's left, and up: fixations, small and large jumps."""
    rest = np.array([side * bearing.gaze[0], bearing.gaze[1]])
    jumps = moments(chance, "fixation", line, bearing.fixation_s, 0.25, _SEAM_S)
    draw = chance.stream("fixation targets")
    targets = rest + draw.normal(0.0, 0.5, (len(jumps), 2))
    choice = chance.stream("glances").random((len(jumps), 3))
    away = choice[:, 0] < bearing.glance
    angle = 2 * np.pi * choice[:, 1]
    reach = bearing.glance_deg * (0.5 + 0.5 * choice[:, 2])
    targets[away] += (np.stack([np.cos(angle), 0.5 * np.sin(angle)], 1) * reach[:, None])[away]
    if line.loop and len(jumps):
        targets[-1] = rest
    gaze = np.tile(rest, (line.count, 1))
    before = rest
    for at_s, target in zip(jumps, targets, strict=True):
        gaze += smooth((line.answer_s - at_s) / _SACCADE_S)[:, None] * (target - before)
        before = target
    return gaze


def _look(frames: Floats, degrees: Floats) -> None:
    left, up = (degrees / _EYE_DEG).T
    for name, value in (
        ("eyeLookOutLeft", left), ("eyeLookInRight", left),
        ("eyeLookInLeft", -left), ("eyeLookOutRight", -left),
        ("eyeLookUpLeft", up), ("eyeLookUpRight", up),
        ("eyeLookDownLeft", -up), ("eyeLookDownRight", -up),
    ):  # fmt: skip
        frames[:, COLUMN[name]] = np.clip(value, 0.0, 1.0)


def _lids(bearing: Bearing, chance: Chance, line: Timeline) -> Floats:
    """Blinks: 150 ms each, closing twice as fast as opening, shut on a frame."""
    times, shut = line.answer_s, np.zeros(line.count)
    mean_s = 60 / bearing.blinks_per_min
    for at_s in moments(chance, "blink", line, mean_s, _BLINK_LEAST_S, _SEAM_S):
        closing, opening = (at_s - times) / _BLINK_CLOSE_S, (times - at_s) / _BLINK_OPEN_S
        shut = np.maximum(shut, smooth(1 - np.maximum(closing, opening)))
    return shut


def blink(frames: Floats, shut: Floats) -> None:
    """Close both lids. Shapes that pull on the lids give way, so that a blink always closes."""
    for side in ("Left", "Right"):
        frames[:, COLUMN["eyeBlink" + side]] = shut
        for pull in ("eyeLookUp", "eyeLookDown", "eyeWide", "eyeSquint"):
            frames[:, COLUMN[pull + side]] *= 1 - shut
