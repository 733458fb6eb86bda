"""Does a control of a drawn face do what it says? Sweeps of one at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.controls import STEPS, control_of
from avatar_serving.evaluation.drawn.shown import still_shown
from avatar_serving.evaluation.drawn.view import DrawnView, look_at, seen_brow
from avatar_serving.evaluation.results import Control
from avatar_serving.evaluation.stand import Stand
from avatar_serving.faces.topology import LEFT_BROW, RIGHT_BROW

Asked = Callable[[Stand, DrawnView], float]
Seen = Callable[[DrawnView, DrawnView], float | None]
"""Both in pixels of the picture; None: what is measured was not found. The second view is the
neutral one."""


@dataclass(frozen=True, slots=True)
class Sweep:
    name: str
    channels: tuple[str, ...]
    """A name without a side means both."""
    asked: Asked
    seen: Seen


@dataclass(frozen=True, slots=True)
class Swept:
    control: Control
    views: tuple[DrawnView, ...]


def aperture(view: DrawnView, _: DrawnView) -> float | None:
    """Mean height of the mouth, its line included."""
    mouth = view.found.mouth
    return None if mouth is None else float((mouth.lower - mouth.upper).mean()) * view.scale


def mouth_width(view: DrawnView, _: DrawnView) -> float | None:
    mouth = view.found.mouth
    return None if mouth is None else mouth.width * view.scale


def corner_height(view: DrawnView, _: DrawnView) -> float | None:
    """Up is more."""
    mouth = view.found.mouth
    if mouth is None:
        return None
    ends = [view.to_picture(mouth.x[i], mouth.seam[i])[1] for i in (0, -1)]
    return -float(np.mean(ends))


def eye_shown(view: DrawnView, neutral: DrawnView) -> float | None:
    """Mean height of what of the neutral face's eyes is still to be seen."""
    if not neutral.eyes:
        return None
    shown = still_shown(view.found.colours.lab, neutral)
    return float(shown.sum() / sum(eye.width for eye in neutral.eyes)) * view.scale


def brow_height(view: DrawnView, _: DrawnView) -> float | None:
    brows = [seen_brow(view, eye) for eye in (view.found.right_eye, view.found.left_eye)]
    heights = [view.to_picture(*brow.mean(0))[1] for brow in brows if brow is not None]
    return -float(np.mean(heights)) if len(heights) == len(brows) else None


def gaze(view: DrawnView, _: DrawnView) -> float | None:
    if len(view.eyes) < 2:
        return None
    return float(np.mean([view.to_picture(*eye.iris)[0] for eye in view.eyes]))


SWEEPS = (
    Sweep("jaw", ("jawOpen",), lambda _, v: measures.aperture(v.geometry), aperture),
    Sweep("smile", ("mouthSmile",), lambda _, v: -_height(v, _CORNERS), corner_height),
    Sweep("pucker", ("mouthPucker",), lambda _, v: measures.mouth_width(v.geometry), mouth_width),
    Sweep("blink", ("eyeBlink",), lambda _, v: measures.eye_opening(v.geometry), eye_shown),
    Sweep("brows up", ("browInnerUp", "browOuterUp"), lambda _, v: -_height(v, _BROWS),
          brow_height),
    Sweep("gaze", ("eyeLookOutLeft", "eyeLookInRight"), lambda s, v: _eyeballs(s, v), gaze),
)  # fmt: skip
_CORNERS = (measures.RIGHT_CORNER, measures.LEFT_CORNER)
_BROWS = (*RIGHT_BROW, *LEFT_BROW)


def sweep_all(stand: Stand) -> Iterator[Swept]:
    for sweep in SWEEPS:
        views = tuple(
            look_at(stand, pose_values(dict.fromkeys(sweep.channels, float(weight))))
            for weight in np.linspace(0, 1, STEPS)
        )
        asked = [sweep.asked(stand, view) / stand.face_width for view in views]
        seen = [sweep.seen(view, views[0]) for view in views]
        lengths = [None if s is None else s / stand.face_width for s in seen]
        yield Swept(control_of(sweep.name, asked, lengths), views)


def _height(view: DrawnView, points: tuple[int, ...]) -> float:
    return float(view.geometry[list(points), 1].mean())


def _eyeballs(stand: Stand, view: DrawnView) -> float:
    """How far what moves most of them has moved; the mouth of the picture, a part of them, does
    not."""
    still, moved = (pose(stand.rig, values).eyes for values in (pose_values({}), view.values))
    aside = (moved - still)[:, 0]
    return float(aside[np.abs(aside).argmax()]) * stand.size
