"""Parts of the photo that lie edge-on: the sides of a face are a few pixels there, and much skin
once the head turns. Drawn out over it their grain would be streaks; their colour is skin."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import (
    SOLID,
    Pixels,
    fill,
    largest,
    shrunk,
    to_bytes,
    to_pixels,
)

FROM_SLOPE, STEEPEST = 1.6, 9.0
"""Slopes of the depth across the picture from which on grain is taken out, and beyond which they
count alike."""
SHARPER = 1.0
"""How much more sharply the person ends for each unit of slope beyond."""
REACH = 1 / 320
"""How far along its contour lines a surface is evened out, and where it ends, for each unit of
slope beyond, in picture sides."""
LEVELS = (1, 2, 4, 8)
"""In units of REACH."""
RIM, FROM_EDGE = 1 / 250, 4.0
"""How far inside its outline the colours of a person are mixed with those behind, in picture sides;
from this slope on that is mended: only faces are so steep, at their sides."""
GRAIN = 14.0
"""What differs less (of 255) from its surroundings is grain; what differs more is a thing of its
own: the frame of glasses, a hairline."""


def without_streaks(texture: Pixels, points: Floats, triangles: NDArray[np.int32]) -> Pixels:
    """*texture* (size, size, 4), evened where the surface *points* (n, 3), whose place in it is
    that in the image square, is steep."""
    size = len(texture)
    colours, shown = texture[..., :3].astype(np.float32), texture[..., 3:] / np.float32(255)
    slopes = _slopes(points, triangles, size)
    colours = _without_rim(colours, shown[..., 0], slopes.max(0))
    edge, everywhere = shown, np.ones_like(shown)
    for across, slope in enumerate(slopes):
        strength = np.clip(slope - FROM_SLOPE, 0, None) * REACH * size
        if strength.max() > 0:
            colours = _detailed(colours, _smooth(colours, shown, strength, vertical=across == 0))
            edge = _smooth(edge, everywhere, strength, vertical=across == 0)
    return np.dstack([to_bytes(colours), _sharpened(edge[..., 0] * 255, slopes.max(0))])


def _without_rim(colours: Floats, shown: Floats, slope: Floats) -> Floats:
    """*colours* whose outermost pixels, in which some of the wall shines through, are like those
    further inside where the surface is steep: drawn out they would be a band of wall."""
    inner = shrunk(shown > SOLID, round(RIM * len(shown)))
    share = np.clip(slope - FROM_EDGE, 0, 1) * ~inner
    return colours + (fill(colours, inner.astype(np.float32)) - colours) * share[..., None]


def _sharpened(alpha: Floats, slope: Floats) -> Pixels:
    """An edge that is soft over a few steep pixels would be a veil once they are drawn out."""
    gain = 1 + SHARPER * np.clip(slope - FROM_SLOPE, 0, None)
    return to_bytes((alpha - 127.5) * gain + 127.5)


def _slopes(points: Floats, triangles: NDArray[np.int32], size: int) -> Floats:
    """(2, size, size): how steeply the depth changes along x and along y."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    slope = np.abs(normal[:, :2]) / np.maximum(np.abs(normal[:, 2:]), 1e-9)
    slope = np.minimum(slope, STEEPEST)
    corners = np.round((to_pixels(points, size) - 0.5) * 16).astype(np.int32)[triangles]
    drawn = np.zeros((2, size, size), np.float32)
    for triangle, both in zip(corners, slope.tolist(), strict=True):
        for plane, value in zip(drawn, both, strict=True):
            cv2.fillConvexPoly(plane, triangle, (value,), cv2.LINE_8, 4)
    for plane in drawn:
        cv2.GaussianBlur(plane, (0, 0), size / 500, dst=plane)
    return drawn


def _smooth(values: Floats, shown: Floats, strength: Floats, *, vertical: bool) -> Floats:
    """*values* (size, size, c), blurred by *strength* pixels in one direction."""
    unit = REACH * len(values)
    smooth, before = values.copy(), 0.0
    for level in LEVELS:
        # Columns, or rows, are blurred each for itself: those that this level reaches.
        lines = np.flatnonzero((strength > before).any(0 if vertical else 1))
        of = (slice(None), lines) if vertical else (lines,)
        if lines.size:
            blurred = _blurred(values[of], shown[of], level * unit, vertical)
            share = np.clip((strength[of] - before) / (level * unit - before), 0, 1)[..., None]
            smooth[of] += (blurred - smooth[of]) * share
        before = level * unit
    return smooth


def _detailed(colours: Floats, smooth: Floats) -> Floats:
    """*smooth* with what of the *colours* stands out."""
    detail = colours - smooth
    apart = largest(np.abs(detail))[..., None]
    return smooth + detail * np.clip(apart / GRAIN - 1, 0, 1)


def _blurred(colours: Floats, shown: Floats, sigma: float, vertical: bool) -> Floats:
    """Of what is *shown* alone."""
    sigmas = (0.01, sigma) if vertical else (sigma, 0.01)
    light, weight = (
        np.asarray(cv2.GaussianBlur(one, (0, 0), sigmaX=sigmas[0], sigmaY=sigmas[1]), np.float32)
        for one in (colours * shown, shown)
    )
    return light.reshape(colours.shape) / np.maximum(weight, 1e-3)[..., None]
