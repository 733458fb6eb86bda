"""Covers the meshes of a rig with splats: their shape from the triangles, colour from the textures.

Each triangle is cut into equal small ones like it. Each of those becomes one splat, whose
covariance is that of the small triangle times SPREAD^2.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.splats import Splats, quaternions

SPREAD = 2.0
"""More covers better, less is sharper."""
THICKNESS = 0.1
"""Of a splat, as a share of its smaller width."""
SOLID = 0.99
"""Opacity of a splat where the texture is solid."""
FOLDED = 0.05
"""A triangle with less than this share of the area that a morph gives it is folded away."""
ROWS = 30_000
"""As many as OpenCV resamples at once."""
MAX_CUTS = 24
"""Of an edge."""
LOOKS = ((1 / 3, 1 / 3), (0.6, 0.2), (0.2, 0.6), (0.2, 0.2), (0.47, 0.06), (0.06, 0.47),
         (0.47, 0.47))  # fmt: skip
"""Where in a small triangle the texture is looked at (its first two barycentric coordinates)."""


def unfolded(part: Part) -> Floats:
    """Corners (m, 3, 3) of each triangle of the neutral face; of one that a morph unfolds, such as
    a strip of eyelid, with that morph."""
    corners = part.positions[part.triangles]
    area = areas(corners)
    best, widest = corners.copy(), area.copy()
    for morph in part.morphs:
        those = np.flatnonzero(morph.any(1)[part.triangles].any(1))
        moved = corners[those] + morph[part.triangles[those]]
        wide = areas(moved)
        better = (wide > widest[those]) & (area[those] < FOLDED * wide)
        best[those[better]], widest[those[better]] = moved[better], wide[better]
    return np.ascontiguousarray(best, np.float32)


def cover(part: Part, corners: Floats, edge: Floats) -> Splats:
    """Splats on *part*, whose small triangles have edges of about *edge* (m,), in the rig's
    units. *corners* are those of `unfolded`. Splats that would be invisible are left out."""
    longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    cuts = np.clip(np.rint(longest / edge), 1, MAX_CUTS).astype(np.int32)
    scales, turns = _shapes(corners)
    pieces: list[tuple[NDArray[np.int32], Floats, Floats]] = []
    for count in np.unique(cuts):
        those = np.flatnonzero(cuts == count).astype(np.int32)
        small = _small_triangles(int(count))
        pieces.append(
            (np.repeat(those, len(small)), np.tile(small, (len(those), 1, 1)),
             np.repeat(scales[those] / count, len(small), 0))
        )  # fmt: skip
    triangle = np.concatenate([p[0] for p in pieces])
    small, size = np.concatenate([p[1] for p in pieces]), np.concatenate([p[2] for p in pieces])
    colours, alpha = _looked(part, triangle, small)
    seen = np.flatnonzero((alpha > 0.02) & (size[:, 0] > 0))
    rotations = quaternions(turns)
    return Splats(
        triangle=triangle[seen],
        barycentric=np.ascontiguousarray(small.mean(1)[seen], np.float32),
        offset=np.zeros((len(seen), 3), np.float32),
        scales=np.ascontiguousarray(size[seen], np.float32),
        rotations=np.ascontiguousarray(rotations[triangle[seen]]),
        colours=np.ascontiguousarray(colours[seen], np.float32),
        opacities=_opacity(alpha[seen]),
    )


def areas(corners: Floats) -> Floats:
    """(m,), twice those of triangles."""
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.linalg.norm(np.cross(first, second), axis=1)


def _small_triangles(cuts: int) -> Floats:
    """(cuts^2, 3, 3): corners, in barycentric coordinates, of the small triangles of one."""
    rows = [(i, j) for i in range(cuts) for j in range(cuts - i)]
    upright = [((i, j), (i + 1, j), (i, j + 1)) for i, j in rows]
    inverted = [((i + 1, j), (i + 1, j + 1), (i, j + 1)) for i, j in rows if i + j < cuts - 1]
    first = np.array(upright + inverted, np.float32) / cuts
    return np.concatenate([first, 1 - first.sum(2, keepdims=True)], 2).astype(np.float32)


def _shapes(corners: Floats) -> tuple[Floats, Floats]:
    """Standard deviations (m, 3) along axes (m, 3, 3; in columns) of splats as large as the
    triangles: those of a uniform triangle, 1/12 the sum of its corners' squares, spread."""
    apart = corners - corners.mean(1, keepdims=True)
    spread = np.einsum("mki,mkj->mij", apart, apart).astype(np.float64) / 12
    values, axes = np.linalg.eigh(spread)
    sizes = np.sqrt(np.maximum(values[:, ::-1], 0)) * SPREAD
    axes = axes[:, :, ::-1].copy()
    axes[:, :, 2] *= np.sign(np.linalg.det(axes))[:, None]
    sizes[:, 2] = np.maximum(sizes[:, 1] * THICKNESS, 1e-6)
    sizes[:, 1] = np.maximum(sizes[:, 1], sizes[:, 0] * 0.05)
    return sizes.astype(np.float32), axes


def _looked(part: Part, triangle: NDArray[np.int32], small: Floats) -> tuple[Floats, Floats]:
    """Mean colour (n, 3) and alpha (n,) of each small triangle."""
    corners = part.triangles[triangle]
    weights = np.array([(a, b, 1 - a - b) for a, b in LOOKS], np.float32)
    places = np.einsum("lc,nck->nlk", weights, small)
    if part.colours is not None:
        middle = np.einsum("nk,nkd->nd", small.mean(1), part.colours[corners])
        return middle, np.ones(len(middle), np.float32)
    assert part.uv is not None and part.texture is not None
    texels = _texels(part.texture, np.einsum("nlk,nkd->nld", places, part.uv[corners]))
    alpha = texels[..., 3].mean(1)
    weight = np.maximum(texels[..., 3].sum(1, keepdims=True), 1e-3)
    colours = (texels[..., :3] * texels[..., 3:]).sum(1) / weight
    return colours, alpha


def _texels(texture: NDArray[np.uint8], uv: Floats) -> Floats:
    """(n, l, 4), 0..1, at coordinates (n, l, 2)."""
    height, width = texture.shape[:2]
    if texture.shape[2] == 3:
        texture = np.dstack([texture, np.full((height, width), 255, np.uint8)])
    at = (uv * np.array([width, height], np.float32) - 0.5).astype(np.float32)
    chunks = np.array_split(at, len(at) // ROWS + 1)
    found = [
        cv2.remap(
            texture,
            np.ascontiguousarray(chunk[..., 0]),
            np.ascontiguousarray(chunk[..., 1]),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for chunk in chunks
        if len(chunk)
    ]
    return np.concatenate(found).astype(np.float32) / 255


def _opacity(alpha: Floats) -> Floats:
    """What each splat needs so that all of them together let 1 - *alpha* through."""
    single, together = _cover_curve()
    return np.interp(alpha, together, single).astype(np.float32)


@cache
def _cover_curve() -> tuple[Floats, Floats]:
    """Opacity of one splat, and the mean alpha of a plane covered by an even pattern of them."""
    side, high = 1.0, np.sqrt(3) / 2
    sigma = SPREAD * side / np.sqrt(24)
    x, y = np.meshgrid(np.linspace(0, side, 12, False), np.linspace(0, 2 * high, 20, False))
    single = np.append(np.linspace(0, SOLID, 40), 1.0)
    through = np.ones((len(single), *x.shape))
    for row in range(-4, 7):
        for column in range(-4, 6):
            left = column * side + (row % 2) * side / 2
            for third, shift in ((1 / 3, 0.0), (2 / 3, side / 2)):
                far = (x - left - side / 2 - shift) ** 2 + (y - (row + third) * high) ** 2
                through *= 1 - single[:, None, None] * np.exp(-far / (2 * sigma**2))
    together = 1 - through.mean((1, 2))
    # Solid is what SOLID gives, however little still shines through.
    together = together / together[-2]
    return single[:-1].astype(np.float32), np.minimum(together[:-1], 1).astype(np.float32)
