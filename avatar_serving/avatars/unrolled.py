"""A face unrolled, with the side that a photo hardly shows completed by the other one.

Where the photo sees one side poorly, or sees there what is unlike the other side (hair before a
cheek, the wall behind it), the picture shows the other side mirrored about the middle: its detail,
in the light that falls on this side.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, KDTree

from avatar_serving.avatars.outside import step
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels, fill, largest, softened, to_bytes

UNLIKE = 0.3
"""Logarithm of the ratio of two colours at which they begin to be unlike."""
DARK = 16.0
"""Brightness (of 255) below which ratios say little."""
ROUNDS = 2
"""What is unlike tells nothing of the light on this side, by which what is unlike is told."""
LIGHT = 1 / 9
"""Over what distance light changes, in face heights."""
GAIN = (0.4, 2.5)
"""Of the light on this side to that on the other."""
RIM, HAIRLINE = 0.005, 0.06
"""Over what distance from the outline of the face the sheet ends softly, in face heights: landmarks
lie beside it, and hair begins there, above brows not in a line. Not where there is only wall."""
MARGIN_PX = 2
OVER = (-0.2, 1.2)
"""Within which the shares of two corners of a triangle are held."""


def unrolled_face(
    chart: Floats, values: Floats, photo: Pixels, oval: NDArray[np.int32]
) -> tuple[Floats, Pixels, Floats]:
    """The *chart* (n, 2) in pixels of the unrolled face, that, with how much of it is shown as its
    alpha, and how much is made up (h, w). *values* (n, 5): where its points are in the *photo*,
    how well they are seen, how far what is unlike the other side is doubted, and how far they are
    forehead; *oval*: those on its outline."""
    half = np.ceil(np.abs(chart).max(0)).astype(int) + 2 * MARGIN_PX
    width, height = 2 * half
    found = _interpolated((height, width), chart + half, values)
    own, seen = _sampled(photo, found), found[..., 2]
    own, solid = own[..., :3], own[..., 3] / 255
    reach = LIGHT * float(np.ptp(chart[:, 1]))
    other, clear = own, seen
    for _ in range(ROUNDS):
        other = _relit(own, seen, reach)
        seen = clear * (1 - found[..., 3] * _unlike(own, other, reach))
    colours = other + (own - other) * seen[..., None]
    inner = _inner((chart + half)[oval], seen.shape) / (reach / LIGHT)
    rim = RIM + (HAIRLINE - RIM) * found[..., 4]
    shown = (1 - seen) * (1 - (1 - step(inner / rim)) * solid)
    return chart + half, np.dstack([to_bytes(colours), to_bytes(255 * shown)]), 1 - seen


def _inner(outline: Floats, shape: tuple[int, ...]) -> Floats:
    """(h, w): how far inside the *outline* (k, 2), in pixels."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], (1,))
    return np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)


def _relit(own: Floats, seen: Floats, reach: float) -> Floats:
    """(h, w, 3): the other side of *own* in the light of this one, of which *seen* (h, w) tells."""
    light = _light(own, np.minimum(seen, seen[:, ::-1]), reach)
    return own[:, ::-1] * np.clip(light / np.maximum(light[:, ::-1], 1), *GAIN)


def _unlike(own: Floats, other: Floats, reach: float) -> Floats:
    """(h, w), 0..1."""
    apart = largest(np.abs(np.log((own + DARK) / (other + DARK))))
    return step(softened(apart, reach / 4) / UNLIKE - 1)


def _interpolated(shape: tuple[int, int], chart: Floats, values: Floats) -> Floats:
    """(h, w, k): *values* (n, k) of the points of the *chart* (n, 2; pixels) at each pixel between
    them, and of the nearest point beyond."""
    mesh = Delaunay(chart)
    number = np.full(shape, -1, np.int32)
    corners = np.round((chart - 0.5) * 16).astype(np.int32)[mesh.simplices]
    for index, triangle in enumerate(corners):
        cv2.fillConvexPoly(number, triangle, (index,), cv2.LINE_8, 4)
    places = np.stack(np.meshgrid(*(np.arange(end) + 0.5 for end in shape[::-1])), -1)
    inside = number >= 0
    of, around = number[inside], mesh.transform.astype(np.float32)
    away = places[inside].astype(np.float32) - around[of, 2]
    # Drawn triangles reach over their edges, by more than their height where they are slivers.
    shares = np.clip(np.einsum("kij,kj->ki", around[of, :2], away), *OVER)
    first, second, last = (values[mesh.simplices[:, k]].astype(np.float32) for k in range(3))
    found = np.empty((*shape, values.shape[1]), np.float32)
    found[inside] = last[of] + (
        (first - last)[of] * shares[:, :1] + (second - last)[of] * shares[:, 1:]
    )
    found[~inside] = values[KDTree(chart).query(places[~inside])[1]]
    return found


def _sampled(photo: Pixels, places: Floats) -> Floats:
    """*photo* (size, size, 4) at *places* (h, w, 2 or more), (h, w, 4)."""
    x, y = (places[..., k] - np.float32(0.5) for k in range(2))
    return np.asarray(cv2.remap(photo.astype(np.float32), x, y, cv2.INTER_LINEAR), np.float32)


def _light(colours: Floats, known: Floats, reach: float) -> Floats:
    """*colours* (h, w, 3) without what is finer than *reach* pixels, where they are *known*
    (h, w; 0..1), and from there on."""
    weight = known**2
    smooth, total = (softened(one, reach) for one in (colours * weight[..., None], weight))
    return fill(smooth / np.maximum(total, 1e-4)[..., None], np.clip(total * 10, 0, 1))
