"""All of a drawn face, measured in one go."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.drawings.brows import find_brow
from avatar_serving.drawings.colours import Colours, colours
from avatar_serving.drawings.eyes import DrawnEye, find_eyes
from avatar_serving.drawings.mouth import DrawnMouth, find_mouth
from avatar_serving.errors import ImageRejected
from avatar_serving.faces import Face
from avatar_serving.faces.crop import FaceCrop, crop_face
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE

SIDE = 512
MARGIN = 1.3
NAME = "drawing"
"""Of the check that drawn faces must pass."""
NO_EYES = (
    "Two eyes could not be made out in the drawing; use one whose eyes stand free of hair and "
    "glasses."
)
NO_MOUTH = "No mouth could be made out in the drawing; use one with a visible mouth."


@dataclass(frozen=True, slots=True, eq=False)
class DrawnFace:
    """What was found, in pixels of the upright *crop*. Left and right are the person's own."""

    crop: FaceCrop
    colours: Colours
    right_eye: DrawnEye | None
    left_eye: DrawnEye | None
    mouth: DrawnMouth | None
    right_brow: Floats | None
    """(5, 2), from the image's left; None without the eye below it."""
    left_brow: Floats | None


@dataclass(frozen=True, slots=True, eq=False)
class WholeFace:
    """A drawn face of which nothing is missing."""

    crop: FaceCrop
    colours: Colours
    eyes: tuple[DrawnEye, DrawnEye]
    """Right, left."""
    brows: tuple[Floats, Floats]
    mouth: DrawnMouth


def measure(image: NDArray[np.uint8], face: Face) -> DrawnFace:
    """*image* (height, width, 3); *face*: as the photo model sees it, which finds the outline of
    drawn faces and a place in each eye, but seldom lids or lips."""
    crop = crop_face(image, face, SIDE, MARGIN)
    seen = colours(crop)
    right, left = find_eyes(
        seen, (crop.points[list(RIGHT_EYE)].mean(0), crop.points[list(LEFT_EYE)].mean(0))
    )
    brows = [None if eye is None else find_brow(seen, eye)[0] for eye in (right, left)]
    mouth = None
    if right is not None and left is not None:
        mouth = find_mouth(seen, crop, (right, left))
    return DrawnFace(crop, seen, right, left, mouth, brows[0], brows[1])


def whole(face: DrawnFace) -> WholeFace:
    """The face with its eyes and mouth.

    Raises:
        ImageRejected: some of them were not found.
    """
    parts = (face.right_eye, face.left_eye, face.mouth, face.right_brow, face.left_brow)
    right, left, mouth, right_brow, left_brow = parts
    if right is None or left is None or right_brow is None or left_brow is None:
        raise ImageRejected(NAME, NO_EYES)
    if mouth is None:
        raise ImageRejected(NAME, NO_MOUTH)
    return WholeFace(face.crop, face.colours, (right, left), (right_brow, left_brow), mouth)
