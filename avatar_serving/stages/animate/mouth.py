"""The mouth under speech: dominance-weighted blending of targets, then the closures.

At each instant an articulator is the mean of the targets around that instant, weighted by how
strongly each sound insists on it and by a smooth kernel that reaches further ahead than back: lips
round before a 'w' is heard. Means cannot overshoot and have no corners. Closures (p, b, m, f, v)
are laid over the result, because a mean of neighbours never quite closes.
"""

from dataclasses import astuple, dataclass

import numpy as np
from scipy.ndimage import correlate1d

from avatar_serving.stages.animate.segments import Segment
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, smooth
from avatar_serving.stages.animate.visemes import REST, Contact

_FINE = 8
"""Instants of the blend for each frame."""
_REACH_S = 0.2
"""No sound moves the mouth earlier than this."""
_AHEAD_S = np.array([0.036, 0.070, 0.070, 0.055, 0.055, 0.038, 0.038, 0.030])
_BEHIND_S = np.array([0.032, 0.045, 0.045, 0.045, 0.045, 0.032, 0.032, 0.025])
"""Widths of the kernel for each articulator: the jaw is heavy, rounding begins early."""
_OPEN_S, _CLOSE_S = 0.06, 0.09
"""Time to leave the resting mouth at the start of a stretch, and to come back at its end."""
_APPROACH_S, _RELEASE_S = 0.055, 0.06

MOVES = {
    "jawOpen": 0, "mouthFunnel": 1, "mouthPucker": 2, "mouthStretchLeft": 3,
    "mouthStretchRight": 3, "mouthSmileLeft": 4, "mouthSmileRight": 4, "mouthLowerDownLeft": 5,
    "mouthLowerDownRight": 5, "mouthUpperUpLeft": 6, "mouthUpperUpRight": 6, "tongueOut": 7,
}  # fmt: skip
"""The articulator (a field of Place) that moves each blendshape."""
_PARTING = (
    "mouthFunnel", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthUpperUpLeft",
    "mouthUpperUpRight", "mouthShrugUpper", "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip
"""What holds the lips apart."""


@dataclass(frozen=True, slots=True)
class Mouth:
    """What speech does to a face, before the closures are laid over it."""

    frames: Floats
    """frames x CHANNELS; all but the mouth's are 0."""
    lips: Floats
    """How far the lips must meet in each frame, 0..1."""
    teeth: Floats
    """How far the lower lip must meet the upper teeth, 0..1."""


def still_mouth(line: Timeline) -> Mouth:
    """Closed and at rest for the whole of *line*."""
    return Mouth(line.empty(), np.zeros(line.count), np.zeros(line.count))


def mouth(segments: tuple[Segment, ...], line: Timeline) -> Mouth:
    """At both ends of the stretch the mouth is at rest, so that stretches join."""
    if not segments or not line.count:
        return still_mouth(line)
    frames, edges = line.empty(), line.edges(_OPEN_S, _CLOSE_S)
    places = _blend(segments, line) * edges[:, None]
    for name, articulator in MOVES.items():
        frames[:, COLUMN[name]] = places[:, articulator]
    return Mouth(frames, *closures(segments, line))


def closures(segments: tuple[Segment, ...], line: Timeline) -> tuple[Floats, Floats]:
    """Where lips meet, and where the lower lip meets the teeth; 0 at both ends of the stretch."""
    edges = line.edges(_OPEN_S, _CLOSE_S)
    lips = _contacts(segments, "lips", line)
    return lips * edges, _contacts(segments, "lip_teeth", line) * (1 - lips) * edges


def seal(frames: Floats, lips: Floats, teeth: Floats) -> None:
    """Lay closures over everything that moves the mouth: speech, expression and a resting smile.

    mouthClose brings the lips together whatever the jaw does, as ARKit defines it.
    """
    free = (1 - lips) * (1 - teeth)
    for name in _PARTING:
        frames[:, COLUMN[name]] *= free
    jaw = frames[:, COLUMN["jawOpen"]]
    jaw *= 1 - 0.4 * lips - 0.5 * teeth
    frames[:, COLUMN["mouthClose"]] = jaw * np.minimum(1.0, lips + 0.35 * teeth)
    frames[:, COLUMN["mouthRollLower"]] += 0.10 * lips + 0.45 * teeth
    frames[:, COLUMN["mouthRollUpper"]] += 0.08 * lips
    for side in ("Left", "Right"):
        frames[:, COLUMN["mouthPress" + side]] += 0.22 * lips
        frames[:, COLUMN["mouthUpperUp" + side]] += 0.18 * teeth


def _blend(segments: tuple[Segment, ...], line: Timeline) -> Floats:
    step = 1 / (line.fps * _FINE)
    margin = round(_REACH_S / step)
    fine = line.stretch_s[0] + step * np.arange(-margin, (line.count - 1) * _FINE + margin + 1)
    place, grip = _targets(segments, fine)
    blended = np.empty_like(place)
    offsets = step * np.arange(-margin, margin + 1)
    for i in range(place.shape[1]):
        width = np.where(offsets > 0, _AHEAD_S[i], _BEHIND_S[i])
        kernel = np.exp(-0.5 * (offsets / width) ** 2)
        over = correlate1d(place[:, i] * grip[:, i], kernel, mode="nearest")
        blended[:, i] = over / correlate1d(grip[:, i], kernel, mode="nearest")
    return blended[margin : len(fine) - margin : _FINE]


def _targets(segments: tuple[Segment, ...], fine: Floats) -> tuple[Floats, Floats]:
    """Where each articulator should go at each instant, and how strongly."""
    everything = (REST, *(s.viseme for s in segments))
    place = np.array([astuple(v.place) for v in everything])
    place[1:] *= np.array([s.amplitude for s in segments])[:, None]
    grip = np.array([v.grip.per_articulator() for v in everything])
    starts = np.array([s.start_s for s in segments])
    ends = np.array([s.end_s for s in segments])
    index = np.searchsorted(starts, fine, side="right") - 1
    inside = (index >= 0) & (fine < ends[np.maximum(index, 0)])
    index = np.where(inside, index + 1, 0)
    return place[index], grip[index]


def _contacts(segments: tuple[Segment, ...], kind: Contact, line: Timeline) -> Floats:
    """How far a closure is reached, 0..1. It holds for a frame at least, wherever frames fall."""
    times = line.stretch_s
    reached = np.zeros(line.count)
    rivals = [s.middle_s for s in segments if s.viseme.contact not in ("none", kind)]
    for segment in segments:
        if segment.viseme.contact == kind:
            reached = np.maximum(reached, _contact(segment, rivals, times, line.fps))
    return reached


def _contact(segment: Segment, rivals: list[float], times: Floats, fps: int) -> Floats:
    """One closure; a closure of the other kind next to it keeps room of its own."""
    near_s = min((abs(segment.middle_s - rival) for rival in rivals), default=1.0)
    hold_s = min(max(0.52 / fps, 0.2 * (segment.end_s - segment.start_s)), near_s / 2)
    room_s = max(near_s - 2 * hold_s, 1e-3)
    before = (segment.middle_s - hold_s - times) / min(_APPROACH_S, room_s)
    after = (times - segment.middle_s - hold_s) / min(_RELEASE_S, room_s)
    return smooth(1 - np.maximum(before, after))
