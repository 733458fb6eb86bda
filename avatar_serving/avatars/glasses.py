"""Glasses: landmarks of brows lie on their frames, and these stay where brows move."""

from dataclasses import replace

import cv2
import numpy as np

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.frames import thin
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels, to_pixels
from avatar_serving.faces.topology import LEFT_BROW, RIGHT_BROW
from avatar_serving.media import ARKIT

INNER_CORNERS = (133, 362)
"""Of the eyes."""
BETWEEN_BROWS, MIDDLE_OF_NOSE = 8, 197
ACROSS = np.linspace(-0.32, 0.32, 24)
"""Columns over the bridge of the nose, over the distance of the inner corners."""
DOWN = np.linspace(-0.25, 1, 48)
"""Rows, over the way from between the brows to the middle of the nose."""
BLUR = 1.0
EDGE = 9.5
"""Change of colour (8-bit CIELAB) from row to row that all columns share, from which on something
lies across the nose. Of some 60 pictures the sixteen with most were looked at: without glasses it
is 8.3 at most (a deep frown), with thick frames 11.9 and more; thin ones have 4 to 7, and are told
by their lines."""
STILL_CM, FREE_CM = 0.4, 1.4
"""Up to how far above the landmarks of the brows nothing moves with them, and from where on skin
moves by these shares of what it does without glasses: coming down more would fold it behind the
frame."""
RISE, FALL = 0.8, 0.35


def worn(image: Pixels, face: Floats) -> bool:
    """Whether a frame lies across the nose. *face* (468, 3), in image square units."""
    return _across(image, face) >= EDGE or thin(image, face)


def _across(image: Pixels, face: Floats) -> float:
    """How strong the strongest edge is that crosses the whole bridge of the nose."""
    points = to_pixels(face, len(image)).astype(np.float32)
    right, left = points[list(INNER_CORNERS)]
    top, bottom = points[[BETWEEN_BROWS, MIDDLE_OF_NOSE]]
    places = top + ACROSS[None, :, None] * (left - right) + DOWN[:, None, None] * (bottom - top)
    x, y = (np.ascontiguousarray(places[..., k] - 0.5, np.float32) for k in range(2))
    colours = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    seen = cv2.GaussianBlur(cv2.remap(colours, x, y, cv2.INTER_LINEAR), (0, 0), BLUR)
    shared = np.median(np.diff(np.asarray(seen), axis=0), axis=1)
    return float(np.linalg.norm(shared, axis=1).max())


def held(fit: Fit) -> Fit:
    """*fit* with brows that move only the skin above the frame."""
    upright = (fit.rest - fit.shift) @ fit.turn / fit.scale
    edge = upright[[*RIGHT_BROW[5:], *LEFT_BROW[5:]]]
    edge = edge[np.argsort(edge[:, 0])]
    above = upright[:, 1] - np.interp(upright[:, 0], edge[:, 0], edge[:, 1])
    free = np.clip((above - STILL_CM) / (FREE_CM - STILL_CM), 0, 1).astype(np.float32)
    shapes = fit.shapes.copy()
    for index, name in enumerate(ARKIT):
        if name.startswith("brow"):
            shapes[index] *= (FALL if name.startswith("browDown") else RISE) * free[:, None]
    return replace(fit, shapes=shapes)
