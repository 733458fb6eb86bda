"""The 468 landmarks of a drawn face: eyes, brows and mouth where they were drawn, the rest of the
face bent smoothly to fit."""

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator
from scipy.sparse import csr_matrix, diags

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import POINTS, face_surface, surface_edges
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.measure import WholeFace
from avatar_serving.drawings.mouth import DrawnMouth
from avatar_serving.drawings.outline import outline
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import (
    LEFT_BROW,
    LEFT_EYE,
    LIPS_INNER,
    LIPS_OUTER,
    OVAL,
    RIGHT_BROW,
    RIGHT_EYE,
)

NOSE = (1, 2, 4, 5, 195, 197, 98, 327, 94)
BROW_HALF = 0.035
"""Half the thickness of a brow, in distances of the eyes."""
LASH_ROWS = (
    (RIGHT_EYE[9:], (190, 56, 28, 27, 29, 30, 247)),
    (LEFT_EYE[9:], (414, 286, 258, 257, 259, 260, 467)),
)
"""Landmarks along an upper lid, and those next above them: a drawn lash line lies between the two
and moves in one piece."""
UNDER_ROWS = (
    (RIGHT_EYE[1:8], (25, 110, 24, 23, 22, 26, 112), (31, 228, 229, 230, 231, 232, 233)),
    (LEFT_EYE[1:8], (255, 339, 254, 253, 252, 256, 341), (261, 448, 449, 450, 451, 452, 453)),
)
"""Landmarks along a lower lid, and the two rows below them: they keep their distance from it, or
the face would fold where a drawn eye reaches far down."""
LASH = 1.15
LIP = 0.045
"""Least height of a lip, in distances of the eyes: what a line that is a mouth is bordered by."""
RELAXINGS = 60


def landmarks(face: WholeFace) -> Floats:
    """(468, 2) in pixels of the crop."""
    places = _placed(face)
    controls = np.array(sorted(places), np.int64)
    goal = np.array([places[i] for i in controls])
    start = face.crop.points[:POINTS].astype(np.float64)
    side = len(face.colours.lab)
    bend = RBFInterpolator(
        start[controls] / side, (goal - start[controls]) / side, smoothing=1e-5, degree=1
    )
    moved = start + bend(start / side) * side
    moved[controls] = goal
    return _relaxed(moved, controls)


def _placed(face: WholeFace) -> dict[int, Floats]:
    """Landmarks whose place is known."""
    points = face.crop.points.astype(np.float64)
    places = {i: points[i] for i in NOSE}
    places |= dict(zip(OVAL, outline(face.colours, face.crop), strict=True))
    rings = ((RIGHT_EYE, RIGHT_BROW), (LEFT_EYE, LEFT_BROW))
    for (ring, brow), eye, line in zip(rings, face.eyes, face.brows, strict=True):
        places |= dict(zip(ring, _eye_ring(ring, eye), strict=True))
        places |= _lash_row(places, eye)
        places |= _under_rows(places, points)
        places |= _brow(brow, line, BROW_HALF * face.colours.apart)
    return places | _lips(face.mouth, LIP * face.colours.apart)


def _eye_ring(ring: tuple[int, ...], eye: DrawnEye) -> Floats:
    """(16, 2): as far along the eye as they are along the mean face's."""
    mean = canonical_mesh()[0][list(ring), 0]
    share = (mean - mean.min()) / np.ptp(mean)
    x = eye.x[0] + share * eye.width
    lower, upper = np.interp(x, eye.x, eye.lower), np.interp(x, eye.x, eye.upper)
    return np.stack([x, np.where(np.arange(16) < 8, lower, upper)], 1)


def _lash_row(places: dict[int, Floats], eye: DrawnEye) -> dict[int, Floats]:
    """Along the upper end of the lash line."""
    up = np.array([0, -LASH * eye.lash])
    ends = [rows for rows in LASH_ROWS if rows[0][0] in places]
    rim, row = ends[-1]
    return {high: places[low] + up for low, high in zip(rim, row, strict=True)}


def _under_rows(places: dict[int, Floats], points: Floats) -> dict[int, Floats]:
    """*points* (468, 2): where all landmarks were."""
    rim, *rows = next(rows for rows in reversed(UNDER_ROWS) if rows[0][0] in places)
    return {
        low: places[lid] + points[low] - points[lid]
        for row in rows
        for lid, low in zip(rim, row, strict=True)
    }


def _brow(ids: tuple[int, ...], line: Floats, half: float) -> dict[int, Floats]:
    """Of the ten landmarks five are along the lower edge, five along the upper."""
    mean = canonical_mesh()[0][list(ids), 0]
    places: dict[int, Floats] = {}
    for edge, up in ((slice(0, 5), half), (slice(5, 10), -half)):
        share = (mean[edge] - mean[edge].min()) / np.ptp(mean[edge])
        x = line[0, 0] + share * (line[-1, 0] - line[0, 0])
        y = np.interp(x, line[:, 0], line[:, 1]) + up
        places |= dict(zip(ids[edge], np.stack([x, y], 1), strict=True))
    return places


def _lips(mouth: DrawnMouth, lip: float) -> dict[int, Floats]:
    """An open mouth is cut inside its outline; a closed one along its seam."""
    mean = canonical_mesh()[0]
    inset = 0.03 * mouth.height if mouth.open else 0.0
    upper, lower = mouth.upper, mouth.lower
    top, bottom = (upper + inset, lower - inset) if mouth.open else (mouth.seam, mouth.seam)
    outer_top = np.minimum(upper - 0.25 * lip, top - lip)
    outer_bottom = np.maximum(lower + 0.25 * lip, bottom + lip)
    places: dict[int, Floats] = {}
    for ring, edges, past in (
        (LIPS_INNER, (bottom, top), -inset), (LIPS_OUTER, (outer_bottom, outer_top), 0.8 * lip),
    ):  # fmt: skip
        at = mean[list(ring), 0]
        share = (at - at.min()) / np.ptp(at)
        first, last = mouth.x[0] - past, mouth.x[-1] + past
        x = first + share * (last - first)
        y = [np.interp(x, mouth.x, edge) for edge in edges]
        corner = (y[0] + y[1]) / 2
        index = np.arange(20)
        height = np.where(index < 10, y[0], y[1])
        height = np.where((index == 0) | (index == 10), corner, height)
        places |= dict(zip(ring, np.stack([x, height], 1), strict=True))
    return places


def _relaxed(points: Floats, held: NDArray[np.int64]) -> Floats:
    """Where bending turned triangles over, free points move to the middle of their neighbours, as
    long as that helps: of all that was tried what has the fewest triangles turned over."""
    surface, free = face_surface(), np.ones(POINTS, bool)
    free[held] = False
    mean = _neighbours()
    best, fewest = points, len(surface.triangles)
    for _ in range(RELAXINGS):
        folded = _folded(points, surface.triangles)
        if (count := int(folded.sum())) < fewest:
            best, fewest = points, count
        near = np.zeros(POINTS, bool)
        used = surface.refine[np.unique(surface.triangles[folded])].indices
        near[used] = True
        near = (np.asarray(mean @ near.astype(float)).ravel() > 0) & free
        if not folded.any() or not near.any():
            break
        points = np.where(near[:, None], 0.5 * points + 0.5 * (mean @ points), points)
    return best


def _folded(points: Floats, triangles: NDArray[np.int32]) -> NDArray[np.bool_]:
    """y points down here, so that counter-clockwise has a negative area."""
    a, b, c = ((face_surface().refine @ points)[triangles[:, k]] for k in range(3))
    return (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0


def _neighbours() -> csr_matrix:
    """(468, 468): the mean of each landmark's neighbours."""
    edges, _ = surface_edges()
    ends = np.concatenate([edges, edges[:, ::-1]])
    links = csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (POINTS, POINTS))
    total = np.maximum(np.asarray(links.sum(1)).ravel(), 1)
    return csr_matrix(diags(1 / total) @ links)
