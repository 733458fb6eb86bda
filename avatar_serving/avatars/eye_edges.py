"""What shows of an eyeball just beyond where the lids were in the photo, for a neutral face has
them elsewhere. What an eyeball is completed with there is a guess, and right beside the pixels of
the photo it would be a bright rim. So the photo goes on for a little as it is within the edge.
"""

from collections.abc import Iterable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.textures import Pixels, polygon_mask, shrunk, to_bytes, to_pixels

INSIDE = 0.02
"""How far within the lids' edge what goes on is taken from, in eye widths: there it is no lid."""
REACH = 0.16
"""How far beyond the edge it goes on, in eye widths."""
SHADE = 0.85
"""Its brightness at the far end: what lids hid lies in their shadow."""


def with_edges(eyes: Part, photo: Floats, image: Pixels, rings: Iterable[Floats]) -> Part:
    """*photo* (n, 3): where the vertices of *eyes* are in *image* (size, size, 3); *rings*, each
    (k, 3): the edges of the lids there."""
    assert eyes.uv is not None and eyes.texture is not None
    texture = eyes.texture.copy()
    size = len(image)
    shifts = np.rint(eyes.uv * texture.shape[1::-1] - to_pixels(photo, size)).astype(int)
    for ring in rings:
        pixels = to_pixels(ring, size)
        reach = REACH * float(np.ptp(pixels[:, 0]))
        shift = shifts[np.linalg.norm(photo[:, :2] - ring[:, :2].mean(0), axis=1).argmin()]
        patch = to_pixels(photo[(shifts == shift).all(1)], size)
        low, high = pixels.min(0) - reach, pixels.max(0) + reach
        left, top = np.maximum(np.maximum(low, patch.min(0)), 0).astype(int)
        past, below = np.minimum(np.minimum(high, patch.max(0)), size).astype(int)
        right, down = shift
        window = texture[top + down : below + down, left + right : past + right]
        seen = image[top:below, left:past]
        inside = polygon_mask(pixels, size)[top:below, left:past]
        window[:] = _continued(seen, window, inside, reach)
    return replace(eyes, texture=texture)


def _continued(seen: Pixels, hidden: Pixels, inside: NDArray[np.bool_], reach: float) -> Pixels:
    """*seen* inside, and beyond it what is there next to the edge, going over to *hidden*."""
    sure = shrunk(inside, max(1, round(reach * INSIDE / REACH)))
    if not sure.any():
        return hidden
    _, found = cv2.distanceTransformWithLabels(
        (~sure).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    label = found.astype(np.int64)
    colours = np.zeros((label.max() + 1, 3), np.float32)
    colours[label[sure]] = seen[sure]
    beyond = cv2.GaussianBlur(colours[label], (0, 0), max(0.5, reach / 8)).astype(np.float32)
    away = cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5)
    share = np.clip(np.asarray(away, np.float32) / reach, 0, 1)[..., None]
    beyond = beyond * (1 - (1 - SHADE) * share)
    share = share**2 * (3 - 2 * share)
    whole = beyond * (1 - share) + hidden * share
    return np.where(inside[..., None], seen, to_bytes(whole))
