"""Find the faces of an image and measure each."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.canonical import canonical_face
from avatar_serving.faces.detect import Detection, FaceDetector, overlap
from avatar_serving.faces.face import Face
from avatar_serving.faces.landmarks import BlendshapeModel, LandmarkModel
from avatar_serving.faces.litert import Floats
from avatar_serving.faces.pose import head_angles, head_rotation
from avatar_serving.faces.region import region_of_detection, region_of_landmarks

MIN_PRESENCE = 0.5
SURE, DOUBTFUL = 0.9, 0.7
"""Where one face is surely seen, what is less of a face than DOUBTFUL is none: measured, faces in
the open have .96 and more, shapes of a landscape and hidden faces up to .65."""


class FaceFinder:
    """Loads its models when it is made; may be used from several threads."""

    def __init__(self) -> None:
        self._detector = FaceDetector()
        self._landmarks = LandmarkModel()
        self._blendshapes = BlendshapeModel()
        self._canonical = canonical_face()

    def find(
        self, image: NDArray[np.uint8], limit: int = 10, presence: float = MIN_PRESENCE
    ) -> list[Face]:
        """The faces of an RGB image (height, width, 3), the largest first, at most *limit*.
        *presence*: how sure the landmark model must be, 0..1."""
        faces: list[Face] = []
        for detection in self._detector.detect(image)[:limit]:
            face = self._measure(image, detection, presence)
            if face is not None and not any(_same(face, other) for other in faces):
                faces.append(face)
        return sorted(beyond_doubt(faces), key=lambda face: -face.area)

    def _measure(self, image: NDArray[np.uint8], detection: Detection, least: float) -> Face | None:
        points, presence = self._landmarks.run(image, region_of_detection(detection))
        if presence < least:
            return None
        # The first look centres the region on the face itself; the second sees it better.
        points, presence = self._landmarks.run(image, region_of_landmarks(points))
        if presence < least:
            return None
        x, y, width, height = (float(v) for v in _box(points))
        return Face(
            box=(x, y, width, height),
            landmarks=points,
            score=presence,
            blendshapes=self._blendshapes.run(points),
            pose=head_angles(head_rotation(points, self._canonical)),
        )


def _box(points: Floats) -> Floats:
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    return np.concatenate([low, high - low])


def beyond_doubt(faces: list[Face]) -> list[Face]:
    """All of them, where none is sure."""
    if not any(face.score >= SURE for face in faces):
        return faces
    return [face for face in faces if face.score >= DOUBTFUL]


def _same(one: Face, other: Face) -> bool:
    corners = np.array([_corners(one), _corners(other)], np.float32)
    return float(overlap(corners[0], corners[1:])[0]) > 0.4


def _corners(face: Face) -> tuple[float, float, float, float]:
    x, y, width, height = face.box
    return x, y, x + width, y + height
