"""Where hair meets skin in a photo: told by the colours of what is above the face and of cheeks.

A hat is hair here.
"""

import cv2
import numpy as np

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.fringe import are_told_apart, shares_of_hair
from avatar_serving.avatars.hair import Hair
from avatar_serving.avatars.person import face_mask
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import (
    SOLID,
    Mask,
    Pixels,
    grown,
    polygon_mask,
    shrunk,
    to_pixels,
)
from avatar_serving.faces.topology import (
    CHIN,
    LEFT_BROW,
    LEFT_EYE,
    NOSE_TIP,
    RIGHT_BROW,
    RIGHT_EYE,
)

THICK = 0.07
"""How far before the skin hair lies at the hairline, in face widths."""
BAND, HIDDEN = 0.16, 0.06
"""How wide the sheet is, and how far from the hairline skin is made up below it, in face widths."""
BROW_GAP, SIDE, TOP = 0.05, 0.1, 0.3
"""How far above the brows and within the sides of a face hair may begin, and from how far above the
face its colour is taken, in face widths."""
AROUND_EYES = 0.06
"""How far around the edges of lids and brows nothing is hair but theirs, in face widths."""
BEARD = 0.025
"""So near to the outline of a face its colours are mixed, and below the nose hair is beard, in
picture sides."""
TOWARDS = 0.2
"""Least share of the way from the colour of skin to that of hair at which something on or about a
face is hair."""
THREAD = 0.025
"""What is narrower is no skin but something on hair, in face widths."""
COVERED = 0.15
"""Share of hair from which on what is below it is all made up."""
RIM, FADING = 1 / 400, 4
"""Where hair goes on that is left where it is the sheet ends softly, over so much, in picture
sides, and what is below it is made up by this power of what is shown: no line is left."""
FEWEST, LEAST = 0.002, 0.003
"""Smallest share of the picture that tells the colour of hair, and that is taken for hair."""


def find_hair(image: Pixels, matte: Floats, fitted: Fit) -> Hair | None:
    """The hair that meets skin in *image* (size, size, 3); None where it cannot be told from it."""
    size, width = len(image), float(np.ptp(fitted.rest[:, 0]))
    face, solid = face_mask(fitted, size), matte > SOLID
    allowed = _allowed(fitted, face, width) & solid
    lab = np.asarray(cv2.cvtColor(np.divide(image, 255, dtype="f4"), cv2.COLOR_RGB2LAB), "f4")
    like = _like_hair(lab, face, solid, fitted, width)
    if like is None:
        return None
    inner = shrunk(face, round(SIDE * width * size))
    mask = _grown_from(like & allowed, _over(fitted, size) & ~inner)
    skin = _skin(solid & ~like & grown(face, round(TOP * width * size)), face, width * size)
    if not are_told_apart(lab, mask, skin):
        return None
    away = np.asarray(cv2.distanceTransform((~skin).astype("u1"), cv2.DIST_L2, 5), "f4")
    away = away / (width * size)
    shown = np.clip((matte - SOLID) / (1 - SOLID), 0, 1)
    told, skin = shares_of_hair(image, mask, skin, solid)
    ends = _softened(allowed) * shown
    share = (told * ends * _falling(away, BAND)).astype(np.float32)
    return Hair(
        share=share,
        lift=(THICK * width * _falling(away, BAND)).astype(np.float32),
        hidden=np.minimum(told / COVERED, 1) * ends**FADING * _falling(away, HIDDEN),
        skin=skin,
    )


def _row(height: float, size: int) -> int:
    return int(np.clip((0.5 - height) * size, 0, size))


def _falling(away: Floats, reach: float) -> Floats:
    """From 1 at 0 smoothly to 0 at *reach*; 1 for the first half."""
    share = np.clip(2 - 2 * away / reach, 0, 1)
    return (share**2 * (3 - 2 * share)).astype(np.float32)


def _allowed(fitted: Fit, face: Mask, width: float) -> Mask:
    """Where hair may be: around the face, above its brows, and along its sides down to the nose;
    below are beards, that grow on the skin. Not about the eyes, or lids would close below it."""
    size = len(face)
    inside = cv2.distanceTransform(face.astype(np.uint8), cv2.DIST_L2, 5) > SIDE * width * size
    allowed = ~inside | _over_brows(fitted, BROW_GAP * width, size)
    eyes = np.zeros_like(face)
    for ring in (RIGHT_EYE, LEFT_EYE, RIGHT_BROW, LEFT_BROW):
        hull = cv2.convexHull(to_pixels(fitted.rest[list(ring)], size).astype(np.float32))
        eyes |= polygon_mask(np.asarray(hull[:, 0], np.float32), size)
    allowed &= ~grown(eyes, round(AROUND_EYES * width * size))
    nose = _row(float(fitted.rest[NOSE_TIP, 1]), size)
    allowed[nose:] &= ~grown(face, round(BEARD * size))[nose:]
    allowed[_row(float(fitted.rest[CHIN, 1]), size) :] = False
    return allowed


def _softened(allowed: Mask) -> Floats:
    rim = max(1, round(RIM * len(allowed)))
    return np.asarray(cv2.GaussianBlur(grown(allowed, rim).astype("f4"), (0, 0), rim), "f4")


def _over_brows(fitted: Fit, gap: float, size: int) -> Mask:
    """What is higher than the brow below it, by a *gap*."""
    edge = to_pixels(fitted.rest[list(RIGHT_BROW[5:] + LEFT_BROW[5:])], size)
    x, y = edge[np.argsort(edge[:, 0])].T
    return np.arange(size)[:, None] < np.interp(np.arange(size), x, y) - gap * size


def _like_hair(lab: Floats, face: Mask, solid: Mask, fitted: Fit, width: float) -> Mask | None:
    """(size, size): what has the colour of what is above the face rather than of the cheeks; None
    where there is too little of either. *lab* (size, size, 3): in CIELAB."""
    size = len(lab)
    brows = fitted.rest[list(RIGHT_BROW + LEFT_BROW), 1]
    cheeks = shrunk(face, round(SIDE * width * size))
    cheeks[: _row(float(brows.min()), size)] = False
    about = grown(face, round(TOP * width * size))
    above = about & solid & ~grown(face, round(BEARD * size))
    above[_row(float(brows.max()), size) :] = False
    if above.mean() < FEWEST or not cheeks.any():
        return None
    skin, hair = (np.median(lab[where], 0) for where in (cheeks, above))
    nearer = _distance(lab, lab[above]) < _distance(lab, lab[cheeks])
    # Shine on skin is unlike both.
    nearer &= ~about | ((lab - skin) @ (hair - skin) > TOWARDS * np.sum((hair - skin) ** 2))
    return np.asarray(cv2.medianBlur(nearer.astype(np.uint8), 7)) > 0


def _over(fitted: Fit, size: int) -> Mask:
    """What is above the brows."""
    over = np.zeros((size, size), bool)
    over[: _row(float(fitted.rest[list(RIGHT_BROW + LEFT_BROW), 1].max()), size)] = True
    return over


def _grown_from(mask: Mask, roots: Mask) -> Mask:
    """Of *mask* the connected pieces that are large and reach *roots*."""
    _, found, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    label = np.asarray(found, np.int32)
    kept = stats[:, cv2.CC_STAT_AREA] > LEAST * mask.size
    kept &= np.isin(np.arange(len(kept)), label[mask & roots])
    kept[0] = False
    return kept[label]


def _skin(skin: Mask, face: Mask, width_px: float) -> Mask:
    """Of what may be *skin* that which hangs together with the *face*, without threads: highlights
    on hair, its outline."""
    reach = max(1, round(THREAD * width_px))
    _, label = cv2.connectedComponents(shrunk(skin, reach).astype(np.uint8))
    inner = label[shrunk(face, round(SIDE * width_px))]
    kept = np.isin(label, np.unique(inner[inner > 0]))
    return grown(kept, reach) & skin


def _distance(colours: Floats, sample: Floats) -> Floats:
    """Of *colours* (h, w, 3) from the *sample* (n, 3): Mahalanobis', of its better half."""
    middle = np.median(sample, 0)
    spread = np.median(np.abs(sample - middle), 0) * 1.5 + 4
    away = (colours - middle) / spread
    return np.asarray(np.einsum("...c,...c->...", away, away))
