"""Is the face sharp and well lit?"""

import cv2
import numpy as np

from avatar_serving.faces import topology
from avatar_serving.faces.crop import FaceCrop, fine_detail
from avatar_serving.media import Check
from avatar_serving.stages.review.bright import WHITE, white_patches
from avatar_serving.stages.review.grading import Reasons, Scale, grade

SHARPNESS = Reasons(
    "The face is sharp.",
    "The face is a little soft; a sharper picture, or 'restore', gives a better avatar.",
    "The face is blurred; use a sharper picture.",
)
SHAKEN = Reasons(
    SHARPNESS.good,
    "The camera moved a little; a steadier picture gives a better avatar.",
    "The camera moved while the picture was taken; use a steadier picture.",
)
DARK = Reasons(
    "The light is good.",
    "The face is rather dark; more light gives a better avatar.",
    "The picture is too dark to see the face; use one with more light.",
)
BRIGHT = Reasons(
    "The light is good.",
    "Parts of the face are washed out; softer light gives a better avatar.",
    "The face is washed out by light; use a picture with softer light.",
)
FLAT = Reasons(
    "The light is good.",
    "The face has little contrast; a clearer picture gives a better avatar.",
    "The face has almost no contrast; use a clearer picture.",
)


def check_sharpness(crop: FaceCrop) -> Check:
    """The worse of: out of focus, shaken."""
    checks = (
        grade("sharpness", fine_detail(crop), Scale(0.045, 0.11), SHARPNESS),
        grade("sharpness", steadiness(crop), Scale(0.42, 0.58), SHAKEN),
    )
    return min(checks, key=lambda check: check.score)


def steadiness(crop: FaceCrop) -> float:
    """0..1: fine detail along the direction that has least of it, over that which has most.

    A camera that moves smears one direction only. Measured: ordinary portraits .58 to .95; shaken
    by 4 % of the face width .48 to .56, by 12 % .32 to .41.
    """
    edge = crop.rgb.shape[0] // 8
    grey = cv2.cvtColor(crop.rgb[edge:-edge, edge:-edge], cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 3)
    across, down = (cv2.Sobel(fine, cv2.CV_64F, *axis).ravel() for axis in ((1, 0), (0, 1)))
    slopes = np.array([[across @ across, across @ down], [across @ down, down @ down]])
    least, most = np.linalg.eigvalsh(slopes)
    return float(np.sqrt(max(least, 0) / max(most, 1e-6)))


def check_exposure(crop: FaceCrop) -> Check:
    """The worst of: too dark, washed out, without contrast.

    Dark skin in good light keeps highlights and contrast, so what is judged as dark is the
    brightest tenth of the face, never its average. What hides the face is not its light.
    """
    grey = cv2.cvtColor(crop.rgb, cv2.COLOR_RGB2GRAY)
    face = crop.inside(topology.OVAL)
    bare = face & ~white_patches(crop)
    light = grey[bare if bare.any() else face]
    low, high = (float(v) for v in np.percentile(light, [5, 90]))
    washed_out = float((light >= WHITE).mean())
    checks = (
        grade("exposure", high, Scale(38, 85), DARK),
        grade("exposure", washed_out, Scale(0.33, 0.1), BRIGHT),
        grade("exposure", high - low, Scale(12, 40), FLAT),
    )
    return min(checks, key=lambda check: check.score)
