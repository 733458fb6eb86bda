"""Are the eyes open, and is anything in front of the eyes or the mouth?

The landmark model guesses hidden parts without saying so, so this looks at colours: covered skin
is not of the skin's colour, and a covered eye has no iris darker than its lids. What has the
colour of skin and lies over the mouth (a hand) is not recognised.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces import Face, topology
from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.litert import Floats
from avatar_serving.media import Check
from avatar_serving.stages.review.bright import white_patches
from avatar_serving.stages.review.grading import Reasons, Scale, grade

SKIN_POINTS = (50, 280, 101, 330, 151, 9, 5, 195)
"""Cheeks, forehead and the ridge of the nose: bare on nearly everyone."""
LOWER_FACE = (132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 2)
"""A ring: the jaw from ear to ear, and under the nose."""

OPEN = Reasons(
    "The eyes are open.",
    "The eyes are nearly closed; a picture with open eyes gives a better avatar.",
    "The eyes are closed or almost closed; use a picture with open eyes.",
)
EYES = Reasons(
    "The eyes are visible.",
    "The eyes are partly hidden; take off glasses or move hair aside for a better avatar.",
    "The eyes are hidden; take off sunglasses, or use a picture that shows them.",
)
CLEAR = Reasons(
    "The face is clear to see.",
    "Something hides a part of the face; a bare face gives a better avatar.",
    "Hair, a hand or something else hides too much of the face; use a picture that shows it.",
)
MOUTH = Reasons(
    "Nothing covers the face.",
    "The mouth or chin may be covered; a bare face gives a better avatar.",
    "The mouth is covered; use a picture that shows it.",
)
PATCH = Reasons(
    MOUTH.good,
    "A white bar or patch may lie over the face; a bare face gives a better avatar.",
    "A white bar or patch hides a part of the face; use a picture without it.",
)


@dataclass(frozen=True, slots=True, eq=False)
class SkinMap:
    """A face crop against the colour of its own skin, in CIE Lab (lightness 0..100)."""

    lab: Floats
    skin: Floats

    @property
    def difference(self) -> Floats:
        """(side, side): distance in CIE Lab."""
        return np.linalg.norm(self.lab - self.skin, axis=-1).astype(np.float32)

    @property
    def hue_difference(self) -> Floats:
        """Without lightness: shadows do not count."""
        return np.linalg.norm(self.lab[..., 1:] - self.skin[1:], axis=-1).astype(np.float32)


def skin_map(crop: FaceCrop) -> SkinMap:
    """The crop in Lab, slightly blurred, and the median colour where skin is sure to be seen."""
    rgb = np.divide(cv2.GaussianBlur(crop.rgb, (0, 0), 1.5), 255, dtype=np.float32)
    lab = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB), np.float32)
    limit = len(lab) - 1
    places = crop.points[list(SKIN_POINTS)].round().astype(int).clip(0, limit)
    return SkinMap(lab, np.median(lab[places[:, 1], places[:, 0]], axis=0).astype(np.float32))


def check_eyes_open(face: Face) -> Check:
    """By the more open eye: its height over its width, and what the blendshape model says.

    Measured: eyes that laugh .14 to .19, ordinary ones .17 to .35, shut ones up to .06.
    """
    closed = min(face.blendshapes["eyeBlinkLeft"], face.blendshapes["eyeBlinkRight"])
    height = max(_eye_height(face, ring) for ring in (topology.LEFT_EYE, topology.RIGHT_EYE))
    checks = (
        grade("eyes", closed, Scale(0.85, 0.55), OPEN),
        grade("eyes", height, Scale(0.07, 0.12), OPEN),
    )
    return min(checks, key=lambda check: check.score)


def _eye_height(face: Face, ring: tuple[int, ...]) -> float:
    """Mean distance of the lids over the width of the eye."""
    points = face.landmarks[list(ring), :2]
    lower, upper = points[1:8], points[15:8:-1]
    width = float(np.linalg.norm(points[8] - points[0]))
    return float(np.linalg.norm(upper - lower, axis=1).mean()) / max(width, 1e-6)


def check_occlusion(face: Face, crop: FaceCrop) -> Check:
    """The worst of eyes, mouth, white patches, and how sure the landmark model is of a face."""
    skin = skin_map(crop)
    eyes = (eye_visibility(crop, skin, ring) for ring in (topology.LEFT_EYE, topology.RIGHT_EYE))
    patch = float(white_patches(crop)[crop.inside(topology.OVAL)].mean())
    checks = (
        grade("occlusion", patch, Scale(0.12, 0.05), PATCH),
        grade("occlusion", min(eyes), Scale(0.1, 0.3), EYES),
        grade("occlusion", face.score, Scale(0.7, 0.9), CLEAR),
        grade("occlusion", covered_mouth(crop, skin), Scale(0.75, 0.5), MOUTH),
    )
    return min(checks, key=lambda check: check.score)


def eye_visibility(crop: FaceCrop, skin: SkinMap, ring: tuple[int, ...]) -> float:
    """0..1: near 0 where an eye is behind something dark or something plain.

    An eye in sight is darker than the skin around it, and there is skin around it.
    """
    eye = crop.inside(ring)
    around = crop.inside(ring, 2.2) & ~crop.inside(ring, 1.4)
    if not eye.any() or not around.any():
        return 0.0
    lightness = skin.lab[..., 0]
    bare = float((skin.difference[around] < max(25.0, 0.5 * float(skin.skin[0]))).mean())
    dark = float(np.percentile(lightness[around], 60) - np.percentile(lightness[eye], 10))
    return min(bare, dark / 40, 1.0) if dark > 0 else 0.0


def covered_mouth(crop: FaceCrop, skin: SkinMap) -> float:
    """The share of the lower face whose colour is neither skin nor beard.

    A mask differs in hue, or is far lighter than skin, or is dark without the texture of hair.
    """
    lower = crop.inside(LOWER_FACE) & ~crop.inside(topology.LIPS_OUTER, 1.25)
    if not lower.any():
        return 0.0
    lightness = skin.lab[..., 0]
    other_hue = skin.hue_difference > 18
    much_lighter = lightness > skin.skin[0] + 22
    plain_dark = (lightness < skin.skin[0] / 2) & (_roughness(lightness) < 1.5)
    not_hair = (lightness > skin.skin[0] - 30) | plain_dark
    return float(((other_hue & not_hair) | much_lighter | plain_dark)[lower].mean())


def _roughness(values: Floats) -> NDArray[np.float32]:
    """Local standard deviation."""
    mean = cv2.blur(values, (7, 7))
    variance = cv2.blur(values * values, (7, 7)) - mean * mean
    return np.sqrt(np.maximum(variance, 0)).astype(np.float32)
