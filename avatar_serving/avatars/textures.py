"""Pictures of the layers: the person cut out, and what is behind."""

from functools import reduce
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Values = TypeVar("Values", Floats, Pixels)
SOLID = 0.95
"""Matte from which a pixel shows nothing but the person."""
FAINT = 0.02
"""Matte up to which a pixel is taken to be background alone."""
FAR_PX = 12
"""From here on distances are quicker to compute than neighbours to visit."""
SOFT_PX = 4
"""Of how few pixels a Gaussian's sigma may be for it to be as smooth as one of many."""
ENOUGH = 8
"""A pixel of a coarser picture that is known by one part in so many is known: next to what is known
a gap is filled with what is there, and not with a mean of far and near, which would show as a
rim."""
UNLIKE = 20
"""Difference (of 255) from what is drawn at which a pixel begins to be taken for the person's."""


def largest(picture: Values) -> Values:
    """(h, w): of the channels of *picture* (h, w, c). Numpy is slow along short axes."""
    return reduce(np.maximum, np.moveaxis(picture, 2, 0))


def softened(picture: Floats, sigma: float) -> Floats:
    """Gaussian blur. A wide one is made in a smaller picture: there is nothing fine in it."""
    height, width = picture.shape[:2]
    times = int(sigma / SOFT_PX)
    if times < 2:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    size = (max(1, width // times), max(1, height // times))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma * size[0] / width, None, sigma * size[1] / height)
    return np.asarray(cv2.resize(small, (width, height)), np.float32)


def fill(picture: Floats, known: Floats) -> Floats:
    """*picture* (h, w, c) with what is not *known* (h, w; 0..1) filled smoothly from around it.

    Push-pull: averages of the known go down a pyramid and come back up into the gaps.
    """
    shades: list[Floats] = [picture * known[..., None]]
    weights: list[Floats] = [known]
    while max(weights[-1].shape) > 1:
        height, width = weights[-1].shape
        half = (max(1, width // 2), max(1, height // 2))
        shades.append(_halved(shades[-1], half))
        weights.append(_halved(weights[-1], half))
    result = shades[-1] / np.maximum(weights[-1], 1e-6)[..., None]
    for shade, weight in zip(shades[-2::-1], weights[-2::-1], strict=True):
        size = (weight.shape[1], weight.shape[0])
        coarse = cv2.resize(result, size, interpolation=cv2.INTER_LINEAR)
        exact = shade / np.maximum(weight, 1e-6)[..., None]
        share = np.clip(ENOUGH * weight, 0, 1)[..., None]
        exact -= coarse
        exact *= share
        result = exact + coarse
    return np.asarray(result, np.float32)


def _halved(values: Floats, size: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)


def polygon_mask(points: Floats, size: int) -> Mask:
    """Pixels inside a polygon given in pixels (n, 2)."""
    mask = np.zeros((size, size), np.uint8)
    cv2.fillPoly(mask, [np.round((points - 0.5) * 16).astype(np.int32)], (1,), cv2.LINE_8, 4)
    return mask > 0


def to_pixels(points: Floats, size: int) -> Floats:
    """Image square units (n, 2 or 3) to pixels (n, 2)."""
    return (points[:, :2] * np.array([1, -1], np.float32) + 0.5) * size


def grown(mask: Mask, pixels: int) -> Mask:
    """*mask* (h, w) and all within *pixels* of it."""
    if pixels > FAR_PX:
        return _distance(~mask) <= pixels
    return _morph(mask, pixels, cv2.MORPH_DILATE)


def shrunk(mask: Mask, pixels: int) -> Mask:
    """*mask* (h, w) without what lies within *pixels* of its edge."""
    if pixels > FAR_PX:
        return _distance(mask) > pixels
    return _morph(mask, pixels, cv2.MORPH_ERODE)


def cut_out(picture: Pixels, matte: Floats, behind: Pixels) -> Pixels:
    """The person with alpha. At soft edges the colour is the person's own, the part of the
    background that shines through taken away, so that hair keeps no rim when it moves."""
    seen = picture.astype(np.float32)
    inside = fill(seen, (matte > SOLID).astype(np.float32))
    alpha = matte[..., None]
    pure = (seen - behind.astype(np.float32) * (1 - alpha)) / np.maximum(alpha, 0.1)
    pure = np.clip(pure, 0, 255)
    # Little of the person is left to see in thin edges; there the nearest solid colour is truer.
    trust = np.clip((alpha - 0.1) / 0.4, 0, 1)
    colour = np.where(alpha > SOLID, seen, pure * trust + inside * (1 - trust))
    # What neither explains is the person's: thin hair, a collar, hair that the matte missed and
    # that was taken from the wall.
    shown = colour * alpha + behind * (1 - alpha)
    amiss = cv2.blur(largest(np.abs(shown - seen)), (5, 5))[..., None]
    lifted = np.clip((amiss - UNLIKE) / UNLIKE, 0, 1)
    lifted = np.maximum(alpha, lifted)
    own = (seen - behind * (1 - lifted)) / np.maximum(lifted, 0.1)
    colour = np.where(lifted > alpha, np.clip(own, 0, 255), colour)
    return np.dstack([to_bytes(colour), to_bytes(lifted * 255)])


def to_bytes(values: Floats) -> Pixels:
    """Rounded, and held within 0..255."""
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def _distance(mask: Mask) -> Floats:
    """Of each pixel of *mask* from what is outside of it."""
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5), np.float32)


def _morph(mask: Mask, pixels: int, operation: int) -> Mask:
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * pixels + 1,) * 2)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), operation, kernel)) > 0
