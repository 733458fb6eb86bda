"""How much of each pixel at a hairline is hair: fringes and baby hair end in single hairs, and cast
a shadow that goes with them."""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Mask, Pixels, fill, grown, shrunk

APART, BESIDE = 22.0, (0.005, 0.025)
"""Least distance of the colours of hair and skin, in CIELAB, where they meet, at which they can be
told apart; between which distances from one another that is looked at, in picture sides. The shine
of a bald head comes by and by."""
REACH = 1 / 75
"""So near to where hair is told from skin a pixel may be both, in picture sides."""
CONTRAST = 24.0
"""What differs less (of 255) cannot be told apart by its colour."""
GRAIN = 0.15
"""Share up to which darker skin is pores: it tells the colour of skin; hair varies by as much."""
ROUNDS = 2
"""What is found to be skin tells its colour next to hair, by which hair is told from it."""


def are_told_apart(lab: Floats, hair: Mask, skin: Mask) -> bool:
    """Whether *hair* and *skin* are unlike where they meet in *lab* (size, size, 3), CIELAB."""
    close, reach = (max(1, round(distance * len(lab))) for distance in BESIDE)
    rims = (
        one & grown(other, reach) & ~grown(other, close)
        for one, other in ((hair, skin), (skin, hair))
    )
    sides = [lab[rim] for rim in rims]
    if not all(len(side) for side in sides):
        return False
    return float(np.linalg.norm(np.subtract(*(np.median(side, 0) for side in sides)))) > APART


def shares_of_hair(image: Pixels, hair: Mask, skin: Mask, person: Mask) -> tuple[Floats, Mask]:
    """(size, size), 0..1, of *image* (size, size, 3): where its colour lies between those of the
    *hair* and of the *skin* next to it; and *skin* up to where there is some. *person*: both are
    of theirs."""
    reach = max(2, round(REACH * len(image)))
    seen = image.astype(np.float32)
    sure = shrunk(hair, reach)
    mixed = grown(hair, reach) & grown(skin, 2 * reach) & person & ~sure
    above = _around(seen, sure)
    skin, told = skin & ~mixed, hair.astype(np.float32)
    for _ in range(ROUNDS):
        below = _around(seen, skin)
        told = np.where(mixed, _between(seen, below, above), hair)
        skin = skin | (mixed & (told < GRAIN))
    away = cv2.distanceTransform((~hair).astype(np.uint8), cv2.DIST_L2, 5)
    fading = np.clip(2 - 2 * np.asarray(away, np.float32) / reach, 0, 1)
    return (told * fading).astype(np.float32), skin


def _around(seen: Floats, known: Mask) -> Floats:
    """(size, size, 3): what is *known* of what is *seen*, and goes on from there: between it no
    detail is needed, so this is done at half the size."""
    size = len(seen)
    half = (max(1, size // 2),) * 2
    share = known.astype(np.float32)
    weight = cv2.resize(share, half, interpolation=cv2.INTER_AREA)
    colours = cv2.resize(seen * share[..., None], half, interpolation=cv2.INTER_AREA)
    mean = np.asarray(colours / np.maximum(weight, 1e-6)[..., None], np.float32)
    smooth = fill(mean, np.asarray(weight, np.float32))
    return np.asarray(cv2.resize(smooth, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _between(seen: Floats, below: Floats, above: Floats) -> Floats:
    """(size, size), 0..1: how far what is *seen* is on the way from *below* to *above*."""
    way = above - below
    length = np.maximum(np.einsum("hwc,hwc->hw", way, way), CONTRAST**2)
    along = np.einsum("hwc,hwc->hw", seen - below, way) / length
    return np.clip(along / (1 - GRAIN), 0, 1)
