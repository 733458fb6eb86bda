"""The pictures of a report."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation import landmarks
from avatar_serving.evaluation.controls import Swept
from avatar_serving.evaluation.stand import Stand, View
from avatar_serving.evaluation.subject import Subject

Pixels = NDArray[np.uint8]
PUT, SEEN = (0, 230, 0), (255, 40, 40)
"""Colours of the landmarks where the rig put them and where they are seen."""
WORST = 4


def gallery(
    stand: Stand, subject: Subject, swept: list[Swept], views: list[View]
) -> dict[str, tuple[Pixels, ...]]:
    """Rows of pictures by their title."""
    rest = stand.draw(stand.rig.rest_weights, 1.0)
    neutral = stand.draw(pose_values({}))
    worst = sorted(views, key=lambda view: -landmarks.error(view))[:WORST]
    portrait = () if subject.portrait is None else (subject.portrait,)
    first = "the rest view, the neutral face"
    return {
        f"the portrait, {first}" if portrait else first: (*portrait, rest, neutral),
        **{s.control.name: tuple(v.picture for v in s.views[::2]) for s in swept},
        "poses found least well: asked (green), seen (red)": tuple(marked(v) for v in worst),
    }


def marked(view: View) -> Pixels:
    """The picture with the landmarks in it."""
    picture = view.picture.copy()
    for points, colour in ((view.geometry, PUT), (view.seen, SEEN)):
        if points is not None:
            at = np.clip(points.round().astype(int), 0, len(picture) - 1)
            picture[at[:, 1], at[:, 0]] = colour
    return picture
