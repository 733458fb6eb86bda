"""How a drawn head turns: face, hair and neck shift by their depth, without a step between them.

A drawing has a line around the face and one colour beside it. Where the depth falls as fast as at
the sides of a real head, a turn draws that line out on one side and folds it away on the other. So
all slopes are gentle: of a face turned by 15 degrees nothing is drawn out by more than a quarter.
"""

from dataclasses import replace

import numpy as np
from scipy.spatial.distance import cdist

from avatar_serving.avatars.outside import Outline, Surroundings, distance_from, free, step
from avatar_serving.avatars.rig import Floats

STEEPEST, UNDER_CHIN = 0.9, 2.2
"""Largest slope of the depth, and below the chin, which hides what is behind it."""
HAIR = 0.3
"""How far hair and ears lie behind the sides of the face, in face widths."""
AXIS = 0.32
"""How far behind the sides of the face the head turns, in face widths: a little behind the hair,
which is so turned on the spot while the face moves over it."""
NECK, NECK_WIDTH = 0.26, 0.3
"""How far before the hair the neck lies, and its half width, in face widths."""
NECK_START, NECK_LENGTH, LEAN = 0.2, 0.42, 1.2
"""How far above the chin it begins and how far below it things stop following the head, in face
heights, and by which power: nearly in proportion, so that the neck leans and does not bend."""
FAR = (0.7, 1.3)
"""From where to where things are less and less a part of the head, in face widths from the face."""


def drawn_depth(points: Floats, depth: Floats, steepest: Floats | float = STEEPEST) -> Floats:
    """*depth* (n,) of a real face at *points* (n, 2), raised where it falls away more steeply than
    it may there, a slope or (n,)."""
    return (depth - np.reshape(steepest, (-1, 1)) * cdist(points, points)).max(1)


def borne(around: Surroundings, outline: Outline, matte: Floats) -> Surroundings:
    """What is around a drawn face: hair that follows it as one piece, a neck that leans."""
    points = around.positions[:, :2].astype(np.float64)
    low = (outline.chin[1] - points[:, 1]) / outline.height
    across = (points[:, 0] - outline.chin[0]) / outline.width
    under = step(1 + low / NECK_START)
    back = _side(outline) - HAIR * outline.width
    neck = NECK * outline.width * np.exp(-((across / NECK_WIDTH) ** 2)) * under
    every = np.concatenate([np.column_stack([points, back + neck]), outline.rim])
    steepest = np.full(len(every), STEEPEST)
    steepest[: len(points)] += (UNDER_CHIN - STEEPEST) * under
    depth = drawn_depth(every[:, :2], every[:, 2], steepest)[: len(points)]
    apart = distance_from(points, outline) / outline.width
    near = 1 - np.clip((apart - FAR[0]) / (FAR[1] - FAR[0]), 0, 1)
    head = (1 - np.clip(low / NECK_LENGTH, 0, 1)) ** LEAN * near * free(points, matte)
    positions = np.column_stack([points, depth]).astype(np.float32)
    return replace(around, positions=positions, head=head.astype(np.float32), body_depth=back)


def axis(outline: Outline) -> tuple[float, float, float]:
    """What a drawn head turns about."""
    x = (outline.rim[:, 0].min() + outline.rim[:, 0].max()) / 2
    y = outline.chin[1] - 0.05 * outline.height
    return float(x), float(y), _side(outline) - AXIS * outline.width


def _side(outline: Outline) -> float:
    """z of the outline at the sides of the face."""
    return float(np.median(outline.rim[:, 2]))
