"""Is there one usable face, large enough, wholly in the picture, and turned to the viewer?"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces import Face, topology
from avatar_serving.media import Check
from avatar_serving.stages.review.grading import Reasons, Scale, grade

RIVAL = 0.6
"""Another face at least this wide, against the largest, makes it unclear who is meant."""

SIZE = Reasons(
    "The picture is large enough.",
    "The picture is rather small; a larger one gives a sharper avatar.",
    "The picture is too small; use one of at least 256 pixels a side.",
)
FACE_SIZE = Reasons(
    "The face is large enough.",
    "The face is rather small; a closer picture gives a sharper avatar.",
    "The face is too small; use a picture taken from closer.",
)
FRAMING = Reasons(
    "The whole face is in the picture.",
    "The face is close to the edge of the picture; leave some room around the head.",
    "Part of the face is outside the picture; use one that shows the whole head.",
)
POSE = Reasons(
    "The face looks towards the camera.",
    "The face is turned a little; looking straight at the camera gives a better avatar.",
    "The face is turned away; use a picture that looks straight at the camera.",
)
TILT = Reasons(
    POSE.good,
    "The head is tilted to one side; an upright head gives a better avatar.",
    "The head is tilted too far; turn the picture so that the head is upright.",
)
MOVING = (
    *topology.LIPS_OUTER, *topology.LEFT_EYE, *topology.RIGHT_EYE, *topology.LEFT_BROW,
    *topology.RIGHT_BROW, topology.NOSE_TIP, topology.CHIN,
)  # fmt: skip
"""Landmarks without which a face cannot speak."""
ANGLES = ((Scale(45, 20), POSE), (Scale(42, 25), POSE), (Scale(50, 20), TILT))
"""For yaw, pitch, roll in degrees. How far a face is raised or lowered is measured less exactly
than the others, so more of it passes as good."""


def check_size(width: int, height: int) -> Check:
    """By the shorter side, in pixels."""
    return grade("size", min(width, height), Scale(96, 256), SIZE)


def check_face(faces: list[Face], on_its_side: bool) -> Check:
    """*on_its_side*: whether a face appears when the picture is turned."""
    if not faces:
        reason = "No face was found; use a picture of one person who looks at the camera."
        if on_its_side:
            reason = "The picture lies on its side or upside down; turn it upright first."
        return Check("face", 0.0, "refused", reason)
    rivals = [face for face in faces[1:] if face.width >= RIVAL * faces[0].width]
    if rivals:
        count = len(rivals) + 1
        reason = f"There are {count} faces; choose one of them, or use a picture of one person."
        return Check("faces", 0.0, "refused", reason)
    if len(faces) > 1:
        reason = "Smaller faces in the background are ignored."
        return Check("face", 0.8, "good", reason)
    return Check("face", 1.0, "good", "There is one clear face.")


def check_face_size(face: Face) -> Check:
    """By the face's width, in pixels."""
    return grade("face_size", face.width, Scale(40, 110), FACE_SIZE)


def check_framing(face: Face, width: int, height: int) -> Check:
    """How much of the outline is in the picture, and how much room is around it.

    A forehead or a cheek may reach over the edge, where nothing moves; what moves may not.
    """
    outline = face.landmarks[list(topology.OVAL), :2]
    edges = np.concatenate([outline.min(0), (width, height) - outline.max(0)])
    inside = _share_inside(face, topology.OVAL, width, height)
    value = inside if inside < 1 else 1 + min(float(edges.min()) / face.width, 0.1)
    if _share_inside(face, MOVING, width, height) < 1:
        value = 0.0
    return grade("framing", value, Scale(0.6, 1.02), FRAMING)


def _share_inside(face: Face, points: Sequence[int], width: int, height: int) -> float:
    """Of those landmarks, how many are in the picture."""
    places = face.landmarks[list(points), :2]
    return float(((places >= 0) & (places <= (width, height))).all(1).mean())


def check_pose(face: Face) -> Check:
    """The worst of the three angles counts."""
    checks = (
        grade("pose", abs(angle), scale, reasons)
        for angle, (scale, reasons) in zip(face.pose, ANGLES, strict=True)
    )
    return min(checks, key=lambda check: check.score)


def turned(image: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """The picture, small, turned by 90, 180 and 270 degrees."""
    shrink = min(1.0, 480 / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    for turns in (1, 2, 3):
        yield np.ascontiguousarray(np.rot90(small, turns))
