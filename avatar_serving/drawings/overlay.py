"""A picture of what was measured in a drawn face, for the person who wonders why."""

import numpy as np
from PIL import Image, ImageDraw

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.measure import DrawnFace
from avatar_serving.faces.topology import OVAL

OUTLINE, EYE, IRIS, LASH, BROW, MOUTH, SEAM = (
    "#f2c200", "#00a6d6", "#1bbf4c", "#d6004c", "#a040d0", "#e02020", "#ffffff",
)  # fmt: skip
LINE_PX = 2


def overlay(face: DrawnFace) -> Pixels:
    """(512, 512, 3): the upright face with outline, eyes, lash lines, irises, brows and mouth, as
    far as they were found."""
    picture = Image.fromarray(face.crop.rgb)
    draw = ImageDraw.Draw(picture)
    _line(draw, face.crop.points[[*OVAL, OVAL[0]], :2], OUTLINE)
    for eye in (face.right_eye, face.left_eye):
        if eye is not None:
            _eye(draw, eye)
    for brow in (face.right_brow, face.left_brow):
        if brow is not None:
            _line(draw, brow, BROW)
    if (mouth := face.mouth) is not None:
        for y, colour in ((mouth.seam, SEAM), (mouth.upper, MOUTH), (mouth.lower, MOUTH)):
            _line(draw, np.stack([mouth.x, y], 1), colour)
    return np.asarray(picture)


def _eye(draw: ImageDraw.ImageDraw, eye: DrawnEye) -> None:
    _line(draw, np.stack([eye.x, eye.upper - eye.lash], 1), LASH)
    for edge in (eye.upper, eye.lower):
        _line(draw, np.stack([eye.x, edge], 1), EYE)
    x, y = eye.iris
    r = eye.radius
    draw.ellipse((x - r, y - r, x + r, y + r), outline=IRIS, width=LINE_PX)


def _line(draw: ImageDraw.ImageDraw, points: Floats, colour: str) -> None:
    draw.line([(float(x), float(y)) for x, y in points], fill=colour, width=LINE_PX)
