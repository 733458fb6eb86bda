"""Which drawn faces can become avatars, and what to say of those that cannot."""

import numpy as np

from avatar_serving.drawings.colours import FEATURE
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.measure import NAME, DrawnFace, WholeFace, whole
from avatar_serving.errors import ImageRejected
from avatar_serving.faces.topology import CHIN, OVAL
from avatar_serving.media import Check
from avatar_serving.stages.review.grading import Reasons, Scale, grade

GOOD = "The drawn face has eyes and a mouth that can move."
SHUT = Reasons(
    GOOD,
    "The drawn eyes are narrow; lids will have little to show.",
    "A drawn eye is shut; use a drawing with both eyes open.",
)
UNEVEN = Reasons(
    GOOD,
    "The drawn eyes differ in size; a drawing that looks straight ahead gives a better avatar.",
    "The drawn eyes differ too much in size; use a drawing that looks straight ahead with both "
    "eyes open.",
)
LARGE = Reasons(
    GOOD,
    "The drawn eyes are very large; little room is left for lids and brows.",
    "The drawn eyes take too much of the face for lids and brows to move.",
)
TURNED = Reasons(
    GOOD,
    "The drawn face is turned; one that looks straight ahead gives a better avatar.",
    "The drawn face is turned away or out of proportion: its mouth is not below the middle of the "
    "eyes.",
)
ASIDE = Reasons(
    GOOD,
    "The drawn face is turned; one that looks straight ahead gives a better avatar.",
    "The drawn face is turned to the side: one eye lies far nearer to its outline than the other. "
    "Use a drawing that looks straight ahead.",
)
SMALL = Reasons(
    GOOD,
    "The drawn mouth is very small; speech will hardly be seen.",
    "The drawn mouth is too small to see it speak, or was not made out.",
)
MOUTH = Reasons(
    GOOD,
    "The drawn mouth is very large; speech will look exaggerated.",
    "The drawn mouth is too large for its face to speak with.",
)

BENT = Reasons(
    GOOD,
    "The drawn mouth is a bent line; one that is shut or open gives a better avatar.",
    "The drawn mouth is a bent line that is taller than wide, as in a kiss; use a drawing with a "
    "mouth that is shut or open.",
)


def check_drawing(face: DrawnFace) -> Check:
    """The worst of all that was measured counts."""
    try:
        return min(_checks(whole(face)), key=lambda check: check.score)
    except ImageRejected as error:
        return Check(NAME, 0.0, "refused", error.reason)


def _checks(face: WholeFace) -> list[Check]:
    right, left = face.eyes
    middle = (right.middle + left.middle) / 2
    apart = float(np.linalg.norm(left.middle - right.middle))
    to_chin = float(face.crop.points[CHIN, 1] - middle[1])
    aside = (face.mouth.x[0] + face.mouth.x[-1]) / 2 - middle[0]
    return [
        grade(NAME, min(_roundness(right), _roundness(left)), Scale(0.2, 0.3), SHUT),
        grade(NAME, min(_filled(face, right), _filled(face, left)), Scale(8.0, 12.0), SHUT),
        grade(NAME, _uneven(right, left), Scale(2.0, 1.4), UNEVEN),
        grade(NAME, max(right.height, left.height) / to_chin, Scale(0.95, 0.72), LARGE),
        grade(NAME, max(right.width, left.width) / apart, Scale(1.0, 0.88), LARGE),
        grade(NAME, abs(aside) / apart, Scale(0.45, 0.2), TURNED),
        grade(NAME, _lopsided(face) / apart, Scale(0.6, 0.25), ASIDE),
        grade(NAME, face.mouth.width / apart, Scale(1.25, 0.95), MOUTH),
        grade(NAME, face.mouth.width / apart, Scale(0.08, 0.14), SMALL),
        grade(NAME, _bent(face), Scale(1.1, 0.8), BENT),
    ]


def _lopsided(face: WholeFace) -> float:
    """How much further one eye is from its side of the face's outline than the other, in pixels."""
    right, left = face.eyes
    ring = face.crop.points[list(OVAL)]
    level = (right.middle[1] + left.middle[1]) / 2
    beside = ring[np.abs(ring[:, 1] - level) < (left.middle - right.middle)[0] / 2, 0]
    if not beside.size:
        return 0.0
    return float(abs((right.middle[0] - beside.min()) - (beside.max() - left.middle[0])))


def _roundness(eye: DrawnEye) -> float:
    return eye.height / max(eye.width, 1)


def _filled(face: WholeFace, eye: DrawnEye) -> float:
    """Mean difference from skin (CIE Lab) of what lies between its lids: of a shut eye, skin."""
    rows = np.arange(len(face.colours.unlike))[:, None]
    opening = (rows >= eye.upper) & (rows <= eye.lower)
    return float(face.colours.unlike[:, eye.x.astype(int)][opening].mean())


def _bent(face: WholeFace) -> float:
    """Height over width of a mouth that is a line around skin; 0 of one that is an opening."""
    mouth = face.mouth
    rows = np.arange(len(face.colours.unlike))[:, None]
    inside = (rows > mouth.upper) & (rows < mouth.lower)
    off = face.colours.unlike[:, mouth.x.astype(int)][inside]
    is_line = mouth.open and off.size and np.median(off) < FEATURE
    return mouth.height / max(mouth.width, 1) if is_line else 0.0


def _uneven(one: DrawnEye, other: DrawnEye) -> float:
    sizes = sorted((one.width * one.height, other.width * other.height))
    return float(np.sqrt(sizes[1] / max(sizes[0], 1)))
