"""Which triangles of a textured surface let nothing through.

Viewers draw what may be clear after all that is solid, without depth of its own: of a surface that
is one piece, the far side of a head would be drawn over its nose.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.pictures import Pixels
from avatar_serving.avatars.rig import Floats

OPAQUE = 250
"""Alpha, of 255, from which a texel is solid."""
STEPS = 6
"""Into how many parts an edge is cut to look at the texture."""


def solid(triangles: NDArray[np.integer], uv: Floats, texture: Pixels) -> NDArray[np.bool_]:
    """(m,): which of *triangles* (m, 3) lie wholly on solid texels of *texture* (h, w, 3 or 4).
    *uv* (n, 2): texture coordinates of the vertices."""
    if texture.shape[2] == 3:
        return np.ones(len(triangles), np.bool_)
    high, wide = texture.shape[:2]
    # A texel beside a clear one is mixed with it.
    opaque = cv2.erode(texture[..., 3], np.ones((3, 3), np.uint8)) >= OPAQUE
    weights = np.array(
        [(i, j, STEPS - i - j) for i in range(STEPS + 1) for j in range(STEPS + 1 - i)]
    )
    places = np.einsum("lc,mcd->mld", weights / STEPS, uv[triangles])
    x = np.clip((places[..., 0] * wide).astype(int), 0, wide - 1)
    y = np.clip((places[..., 1] * high).astype(int), 0, high - 1)
    return np.asarray(opaque[y, x].all(1), np.bool_)
