"""Brows behind frames of glasses: how the skin above them moves, by optical flow.

The frames stay, and landmark models hold them for brows. So what is followed is the drawing itself,
from one step of a sweep to the neutral one, where the rig moves the skin.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.evaluation.stand import View

MOVING = 0.5
"""Of the landmark that moves most: which ones are followed."""


def moving(views: tuple[View, ...]) -> NDArray[np.bool_]:
    """(468,): the landmarks that a sweep moves most."""
    travel = np.linalg.norm(views[-1].geometry - views[0].geometry, axis=1)
    return travel > MOVING * travel.max()


def risen(views: tuple[View, ...], which: NDArray[np.bool_]) -> list[float]:
    """How far the rig has raised them at each step, in pixels."""
    return [-float((v.geometry - views[0].geometry)[which, 1].mean()) for v in views]


def seen_to_rise(views: tuple[View, ...], which: NDArray[np.bool_]) -> list[float]:
    """The same, of the pixels that were there in the first drawing."""
    first = _grey(views[0])
    x, y = np.clip(views[0].geometry[which].round().astype(int), 0, len(first) - 1).T
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    moved: list[float] = []
    for view in views:
        step = np.asarray(flow.calc(first, _grey(view), np.zeros((*first.shape, 2), "f4")), "f4")
        moved.append(-float(np.median(step[y, x, 1])))
    return moved


def _grey(view: View) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(view.picture, cv2.COLOR_RGB2GRAY), np.uint8)
