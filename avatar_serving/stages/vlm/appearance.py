"""Hair, clothing and background, by colour and place."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces import Face, topology
from avatar_serving.faces.litert import Floats
from avatar_serving.stages.vlm.colours import hair_colour, main_colours, to_lab

SAME = 16.0
"""Colours nearer than this in Lab look alike."""
SHADES = 3
"""Of hair: it is darker where it falls in than where light falls on it."""
HANGING = 0.5
"""Share of what is beside the jaw that hair which hangs there fills, on the fuller side."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A picture with one face, and the frame that the face gives to speak of places in it."""

    lab: Floats
    """(height, width, 3)"""
    matte: Floats
    """(height, width)"""
    across: Floats
    """(height, width): to the right from the middle of the face, in face widths."""
    down: Floats
    """(height, width): downwards from the forehead (0) to the chin (1)."""
    oval: NDArray[np.bool_]
    skin: Floats

    def person(self, where: NDArray[np.bool_]) -> Floats:
        """The colours (n, 3) of the person there."""
        return self.lab[where & (self.matte > 0.85)]

    def looks_like_skin(self, colours: Floats) -> NDArray[np.bool_]:
        """Which of *colours* (n, 3), in CIE Lab, are near that of the face."""
        return np.linalg.norm(colours - self.skin, axis=-1) < SAME


def scene(image: NDArray[np.uint8], face: Face, matte: Floats) -> Scene:
    """*image* (height, width, 3) and the *matte* (height, width) of its person, 0..1."""
    lab = to_lab(image)
    points = face.landmarks[:, :2]
    oval = np.zeros(matte.shape, np.uint8)
    cv2.fillPoly(oval, [np.round(points[list(topology.OVAL)]).astype(np.int32)], 1)
    y, x = np.indices(matte.shape, dtype=np.float32)
    top, chin = points[topology.FOREHEAD], points[topology.CHIN]
    middle = (points[topology.LEFT_EDGE] + points[topology.RIGHT_EDGE]) / 2
    axis = chin - top
    height = float(np.linalg.norm(axis))
    down = ((x - top[0]) * axis[0] + (y - top[1]) * axis[1]) / height**2
    across = ((x - middle[0]) * axis[1] - (y - middle[1]) * axis[0]) / height / face.width
    cheeks = lab[(oval > 0) & (down > 0.45) & (down < 0.65)]
    skin = np.median(cheeks, axis=0) if len(cheeks) else np.array([60, 15, 18])
    return Scene(lab, matte, across, down, oval > 0, np.asarray(skin, np.float32))


def hair(place: Scene) -> str | None:
    """Such as 'short brown hair'; None where no hair is in sight."""
    above = (place.down < 0.25) & (place.down > -0.45) & (abs(place.across) < 0.95) & ~place.oval
    colours = place.person(above)
    face_area = int(place.oval.sum())
    if len(colours) < 0.04 * face_area:
        return None
    bare = place.looks_like_skin(colours)
    if bare.mean() > 0.6:
        return "little or no hair"
    colours = colours[~bare]
    length = "long" if _is_long(place, colours) else "short"
    return f"{length} {hair_colour(colours)} hair"


def _is_long(place: Scene, colours: Floats) -> bool:
    """Whether hair of *colours* (n, 3) hangs beside the jaw, above the shoulders, on a side."""
    dark_to_light = colours[np.argsort(colours[:, 0])]
    kinds = [np.median(part, axis=0) for part in np.array_split(dark_to_light, SHADES)]
    jaw = (place.down > 0.65) & (place.down < 1.0) & ~place.oval
    for across in (place.across, -place.across):
        beside = jaw & (across > 0.45) & (across < 0.8)
        lab = place.lab[beside]
        off = np.min([np.linalg.norm(lab - kind, axis=-1) for kind in kinds], axis=0)
        seen = (off < SAME) & (place.matte[beside] > 0.85) & ~place.looks_like_skin(lab)
        if seen.sum() > HANGING * len(lab):
            return True
    return False


def clothing(place: Scene) -> str | None:
    """Such as 'orange and white clothes'; None where none is in sight."""
    chest = (place.down > 1.45) & (place.down < 3.2) & (abs(place.across) < 1.7)
    colours = place.person(chest)
    if len(colours) < 0.15 * int(place.oval.sum()):
        return None
    return " and ".join(main_colours(colours)) + " clothes"


def background(place: Scene) -> str | None:
    """Such as 'a plain light grey background'; None where the person fills the picture."""
    behind = place.matte < 0.05
    if behind.mean() < 0.04:
        return None
    colours = place.lab[behind]
    names = main_colours(colours, most=2, share=0.3)
    spread = float(np.linalg.norm(colours.std(axis=0)))
    return f"a {'plain' if spread < 14 else 'varied'} {' and '.join(names)} background"


def framing(place: Scene) -> str:
    """How much of the person is in the picture."""
    height = place.matte.shape[0]
    share = float(np.sqrt(place.oval.sum())) / height
    kinds = {0.42: "close-up", 0.2: "head-and-shoulders", 0.1: "half-length", 0: "full-length"}
    return next(kind for least, kind in kinds.items() if share >= least) + " portrait"
