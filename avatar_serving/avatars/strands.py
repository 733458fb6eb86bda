"""Loose strands of hair about a head, which are thinner than a person's matte tells.

They must go with the head: left on the wall they would show where it was.
"""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import SOLID, Mask, Pixels, fill, grown, largest

REACH = 1 / 11
"""How far from the person strands are looked for, in picture sides."""
THICK = 1 / 40
"""What is wider is no strand, in picture sides."""
CALM = 4.0
"""Most by which a wall differs (of 255) from what is around for strands to be told from it."""
UNUSUAL, LEAST = 4.0, 10.0
"""By how many times what is usual, and by how much more (of 255), a strand differs from the wall.
"""
GAP = 1 / 400
"""Half of the gap over which strands hang together, in picture sides."""
COARSE = 192
"""Side of the picture in which what lies far apart is looked at."""


def strands(image: Pixels, matte: Floats, lowest: int) -> Floats:
    """(size, size), 0..1: how much of each pixel of *image* (size, size, 3) is a strand that hangs
    together with the person of the *matte* (size, size), above the row *lowest*."""
    size = len(image)
    near = grown(matte > 0.5, round(REACH * size))
    wall = cv2.medianBlur(image, 2 * round(THICK * size / 2) + 1)
    apart = np.asarray(cv2.absdiff(image, wall), np.uint8)
    usual = largest(_filled(apart, ~near))
    usual = cv2.GaussianBlur(usual, (0, 0), COARSE / 60)
    usual = np.asarray(cv2.resize(usual, (size, size)), np.float32)
    off = largest(apart)
    thin = (off > UNUSUAL * usual + LEAST) & (usual < CALM) & near & (matte < 0.5)
    thin[lowest:] = False
    thin = _hanging_on(thin, matte > 0.5, max(1, round(GAP * size)))
    hair = cv2.resize(_filled(image, matte > SOLID), (size, size))
    whole = np.abs(hair[thin] - wall[thin]).max(1)
    share = np.zeros_like(matte)
    share[thin] = off[thin] / np.maximum(whole, off[thin] + 1.0)
    return share


def _filled(picture: Pixels, known: Mask) -> Floats:
    """(COARSE, COARSE, 3): *picture* with what is not *known* as around it."""
    small, certain = (
        cv2.resize(one.astype(np.float32), (COARSE, COARSE), interpolation=cv2.INTER_AREA)
        for one in (picture, known)
    )
    return fill(np.asarray(small, np.float32), (certain > SOLID).astype(np.float32))


def _hanging_on(thin: Mask, person: Mask, gap: int) -> Mask:
    """What of *thin* hangs together with the *person* over gaps of twice *gap*."""
    _, label = cv2.connectedComponents(grown(thin | person, gap).astype(np.uint8))
    return thin & np.isin(label, np.unique(label[person]))
