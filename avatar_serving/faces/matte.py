"""Which pixels belong to the person in a portrait."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.faces.litert import Floats, LiteModel

SIDE = 256
WORK_SIDE = 448
"""Edges are refined at this size; more costs time and gains little over a 256-pixel mask."""
COLOUR_SHARE = 0.65
"""Where the network is unsure, how much colours count against it."""


def person_matte(rgb: NDArray[np.uint8]) -> Floats:
    """(height, width), 0..1: how much of each pixel of *rgb* is the person, soft at hair.

    A network says roughly where the person is, the colours inside and outside say more exactly
    where it was unsure, and the edges of the picture do the rest.
    """
    height, width = rgb.shape[:2]
    shrink = min(1.0, WORK_SIDE / max(height, width))
    size = (max(2, round(width * shrink)), max(2, round(height * shrink)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    mask = _settle_by_colour(small, _without_islands(_segment(small)))
    guide = np.divide(small, 255, dtype=np.float32)
    slope, base = _edge_model(guide, mask, radius=max(2, max(size) // 90))
    slope = cv2.resize(slope, (width, height), interpolation=cv2.INTER_LINEAR)
    base = cv2.resize(base, (width, height), interpolation=cv2.INTER_LINEAR)
    full = np.einsum("ijk,ijk->ij", slope, rgb.astype(np.float32) / 255) + base
    return _firm(full)


@cache
def _model() -> LiteModel:
    return LiteModel(weights.path("selfie-segmentation"))


def _segment(image: NDArray[np.uint8]) -> Floats:
    """The mask of the model, at the size of *image*."""
    seen = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    (mask,) = _model().run(np.divide(seen, 255, dtype=np.float32)).values()
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(mask.reshape(SIDE, SIDE), size), np.float32)


def _without_islands(mask: Floats) -> Floats:
    """Drop what the model thinks a person but is small and apart from the largest part."""
    solid = (mask > 0.3).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    areas = stats[:, cv2.CC_STAT_AREA]
    areas[0] = 0
    small = areas < 0.1 * areas.max()
    small[0] = False
    around = cv2.dilate(small[labels].astype(np.uint8), np.ones((9, 9), np.uint8))
    return np.where((around > 0) & (solid * ~small[labels] == 0), 0, mask).astype(np.float32)


def _settle_by_colour(image: NDArray[np.uint8], mask: Floats) -> Floats:
    """Decide what the network is unsure of by the colours of what it is sure of (GrabCut)."""
    inside, outside = mask > 0.95, mask < 0.05
    if min(int(inside.sum()), int(outside.sum())) < 50 or bool((inside | outside).all()):
        return mask
    labels = np.where(mask > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    labels = np.where(inside, cv2.GC_FGD, np.where(outside, cv2.GC_BGD, labels)).astype(np.uint8)
    cv2.setRNGSeed(0)  # of this thread: GrabCut starts from a random clustering
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(image, labels, (0, 0, 1, 1), *models, 2, cv2.GC_INIT_WITH_MASK)
    person = np.isin(labels, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.float32)
    person = cv2.GaussianBlur(person, (0, 0), 0.8)
    return np.asarray((1 - COLOUR_SHARE) * mask + COLOUR_SHARE * person, np.float32)


def _edge_model(guide: Floats, mask: Floats, radius: int) -> tuple[Floats, Floats]:
    """Guided filter: in each neighbourhood the mask as a linear function of colour.

    Returns its slope (height, width, 3) and base (height, width).
    """

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.blur(values, (2 * radius + 1,) * 2), np.float32)

    colour, level = mean(guide), mean(mask)
    spread = mean((guide[..., :, None] * guide[..., None, :]).reshape(*mask.shape, 9))
    spread = spread.reshape(*mask.shape, 3, 3) - colour[..., :, None] * colour[..., None, :]
    shared = mean(guide * mask[..., None]) - colour * level[..., None]
    slope = np.linalg.solve(spread + 1e-4 * np.eye(3, dtype=np.float32), shared[..., None])[..., 0]
    base = level - np.einsum("ijk,ijk->ij", slope, colour)
    return mean(np.asarray(slope, np.float32)), mean(base)


def _firm(matte: Floats) -> Floats:
    """Stretch it so that what is nearly in or out is wholly so."""
    return np.clip((matte - 0.08) / 0.84, 0, 1).astype(np.float32)
