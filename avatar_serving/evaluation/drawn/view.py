"""A drawn avatar in a pose, and what is found in it as in any drawing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.brows import find_brow
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.measure import SIDE, DrawnFace, measure
from avatar_serving.evaluation.stand import Points, Stand
from avatar_serving.faces import Face
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE

IRIS_POINTS = 5

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class DrawnView:
    values: tuple[float, ...]
    picture: Pixels
    geometry: Points
    """Where the rig put the landmarks."""
    found: DrawnFace

    @property
    def scale(self) -> float:
        """Pixels of the picture for one of the crop that was measured."""
        return self.found.crop.region.side / SIDE

    def to_picture(self, x: float, y: float) -> Points:
        """(2,): a place in the crop, in pixels of the picture."""
        return self.found.crop.region.to_image(np.array([[x, y]]), SIDE)[0].astype(np.float64)

    @property
    def eyes(self) -> tuple[DrawnEye, ...]:
        return tuple(e for e in (self.found.right_eye, self.found.left_eye) if e is not None)


def seen_brow(view: DrawnView, eye: DrawnEye | None) -> Floats | None:
    """(5, 2): the brow above an eye, in the crop; None where hair hides it."""
    if eye is None:
        return None
    line, was_seen = find_brow(view.found.colours, eye)
    return line if was_seen else None


def look_at(stand: Stand, values: tuple[float, ...]) -> DrawnView:
    """Eyes, brows and mouth are looked for around where the rig put them, in what it drew."""
    picture, geometry = stand.draw(values), stand.geometry(values)
    return DrawnView(values, picture, geometry, measure(picture, as_face(geometry)))


def as_face(geometry: Points) -> Face:
    """The rig's landmarks in the form that a landmark model gives, irises in the eyes' middles."""
    eyes = [geometry[list(ring)].mean(0) for ring in (RIGHT_EYE, LEFT_EYE)]
    points = np.concatenate([geometry, *(np.repeat(eye[None], IRIS_POINTS, 0) for eye in eyes)])
    low, high = points.min(0), points.max(0)
    box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
    flat = np.column_stack([points, np.zeros(len(points))]).astype(np.float32)
    return Face(box, flat, 1.0, {}, (0.0, 0.0, 0.0))
