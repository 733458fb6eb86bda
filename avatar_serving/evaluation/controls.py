"""Does a control do what it says, in proportion? Sweeps of one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from avatar_serving.avatars.neck import obeyed
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.above_frames import moving, risen, seen_to_rise
from avatar_serving.evaluation.eyeballs import Eyeballs
from avatar_serving.evaluation.results import Control, Response
from avatar_serving.evaluation.stand import Points, Stand, View
from avatar_serving.evaluation.turning import turned
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE
from avatar_serving.media import ARKIT, CHANNELS, HEAD

STEPS = 7
TURN_DEG = 20.0
"""Angles are swept from minus to plus this, or to what the head turns at most."""
LEAST_TRAVEL = 0.002
"""In face widths. A rig that moves the landmarks less leaves nothing to agree with: of brows behind
frames, which stay, the skin above them is looked at."""


@dataclass(frozen=True, slots=True)
class Sweep:
    name: str
    channels: tuple[str, ...]
    """A name without a side means both."""
    measure: measures.Measure


SWEEPS = (
    Sweep("jaw", ("jawOpen",), measures.aperture),
    Sweep("smile", ("mouthSmile",), measures.smile),
    Sweep("pucker", ("mouthPucker",), measures.mouth_width),
    Sweep("blink", ("eyeBlink",), measures.eye_opening),
    Sweep("brows up", ("browInnerUp", "browOuterUp"), measures.brow_height),
    Sweep("brows down", ("browDown",), measures.brow_height),
)
ANGLES = dict(zip(("yaw", "pitch", "roll"), HEAD, strict=True))


@dataclass(frozen=True, slots=True)
class Swept:
    control: Control
    views: tuple[View, ...]


def sweep_all(stand: Stand) -> Iterator[Swept]:
    """Leaves out controls that move none of the landmarks they are measured by."""
    for control in SWEEPS:
        swept = sweep(stand, control)
        if swept.control.travel < LEAST_TRAVEL and control.measure is measures.brow_height:
            swept = _above_frames(stand, swept)
        if swept.control.travel >= LEAST_TRAVEL:
            yield swept
        if control.name == "blink" and swept.control.travel >= LEAST_TRAVEL:
            yield _lids(stand, swept)
    for index, (name, channel) in enumerate(ANGLES.items()):
        yield _turn(stand, name, channel, index)


def responses(stand: Stand) -> Iterator[Response]:
    """Of every ARKit shape, beside the neutral face. tongueOut is not read by the model."""
    neutral = stand.view(pose_values({})).face
    before = neutral.blendshapes if neutral else {}
    for shape in ARKIT:
        face = stand.view(pose_values({shape: 1.0})).face
        after = face.blendshapes if face else {}
        rise = {n: after[n] - before.get(n, 0.0) for n in after if n != "_neutral"}
        most = max(rise, key=lambda n: rise[n], default="")
        own = round(rise[shape], 4) if shape in rise else None
        yield Response(shape=shape, own=own, rises_most=most, by=round(rise.get(most, 0.0), 4))


def sweep(stand: Stand, control: Sweep) -> Swept:
    views = tuple(
        stand.view(pose_values(dict.fromkeys(control.channels, float(weight))))
        for weight in np.linspace(0, 1, STEPS)
    )
    unit = stand.face_width
    asked = [control.measure(view.geometry) / unit for view in views]
    seen = [_seen(control.measure, view.seen, unit) for view in views]
    return Swept(control_of(control.name, asked, seen), views)


def _above_frames(stand: Stand, swept: Swept) -> Swept:
    """*swept*, measured by the skin above the frames of glasses."""
    which = moving(swept.views)
    asked = [pixels / stand.face_width for pixels in risen(swept.views, which)]
    seen: list[float | None] = [
        pixels / stand.face_width for pixels in seen_to_rise(swept.views, which)
    ]
    return Swept(control_of(swept.control.name, asked, seen), swept.views)


def _lids(stand: Stand, swept: Swept) -> Swept:
    """The blink again, by the height to which eyeballs are drawn uncovered."""
    eyeballs = Eyeballs(stand.rig, stand.size)
    width = sum(measures.eye_width(swept.views[0].geometry, eye) for eye in (RIGHT_EYE, LEFT_EYE))
    asked = [measures.eye_opening(view.geometry) / stand.face_width for view in swept.views]
    seen = [eyeballs.shown(view.values) / width / stand.face_width for view in swept.views]
    return Swept(control_of("lids", asked, seen), swept.views)


def _turn(stand: Stand, name: str, channel: str, index: int) -> Swept:
    asked = [float(angle) for angle in np.linspace(-TURN_DEG, TURN_DEG, STEPS)]
    views = tuple(stand.view(pose_values({channel: angle})) for angle in asked)
    seen = [angles[index] for angles in turned(stand, views)]
    asked = [obeyed(view.values, stand.rig.yaw)[CHANNELS.index(channel)] for view in views]
    read = [(a, view.face.pose[index]) for a, view in zip(asked, views, strict=True) if view.face]
    control = control_of(name, asked, seen)
    also = {"found": len(read), "read_slope": round(agreement(read)[1], 4)}
    return Swept(control.model_copy(update=also), views)


def _seen(measure: measures.Measure, points: Points | None, unit: float) -> float | None:
    return None if points is None else measure(points) / unit


def control_of(name: str, asked: list[float], seen: Sequence[float | None]) -> Control:
    pairs = [(a, s) for a, s in zip(asked, seen, strict=True) if s is not None]
    correlation, slope = agreement(pairs)
    values = [s for _, s in pairs]
    return Control(
        name=name,
        correlation=round(correlation, 4),
        slope=round(slope, 4),
        travel=round(float(np.ptp(asked)), 4),
        seen_travel=round(float(np.ptp(values)), 4) if values else 0.0,
        found=len(pairs),
        steps=len(asked),
    )


def agreement(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """Pearson's correlation and the least-squares slope of (asked, seen); 0 where either does not
    vary."""
    if len(pairs) < 3:
        return 0.0, 0.0
    asked, seen = np.array(pairs).T
    if np.ptp(asked) < 1e-9 or np.ptp(seen) < 1e-9:
        return 0.0, 0.0
    return float(np.corrcoef(asked, seen)[0, 1]), float(np.polyfit(asked, seen, 1)[0])
