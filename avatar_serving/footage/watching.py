"""The one speaker of a film, picture by picture: landmarks, and where another take begins."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.between import Picture
from avatar_serving.errors import FootageRejected
from avatar_serving.faces.face import Face
from avatar_serving.faces.find import MIN_PRESENCE, FaceFinder
from avatar_serving.faces.landmarks import LandmarkModel
from avatar_serving.faces.region import region_of_landmarks

_LOOK_S = 1.0
"""How often faces are looked for in the whole picture; between, one is followed."""
_GONE_S = 1.0
"""A face may be turned away, or behind a hand, for this long."""
_BESIDE, _SURELY = 0.3, 0.8
"""Area of another face, against the speaker's, and how sure the model is of it, from which there
are two people: badges, posters and passers-by are neither."""
_LEAST_PX = 64
"""Width of a face."""
_CUT = 9.0
"""Mean difference of two small pictures, in levels of 255, from which another take begins: people
who talk make 2 at most, and the same room mirrored 24."""
_LEAP = 0.2
"""The same by how far a face moved, in its own widths."""


class Cuts:
    """Told the pictures of a film in turn, says where another take begins."""

    def __init__(self) -> None:
        self._before: NDArray[np.uint8] | None = None

    def begins(self, picture: Picture) -> bool:
        before = self._before
        small = np.asarray(cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA), np.uint8)
        self._before = small
        return before is not None and float(np.mean(cv2.absdiff(before, small))) > _CUT


class Watch:
    """Looks at the pictures of one film in turn."""

    def __init__(self, fps: int) -> None:
        self._fps = fps
        self._finder = FaceFinder()
        self._landmarks = LandmarkModel()
        self._count = 0
        self._looked = self._seen = 0
        self._face: NDArray[np.float32] | None = None
        self._cuts = Cuts()
        self.take = 0
        """Which take of the film the picture belongs to."""

    def see(self, picture: Picture) -> NDArray[np.float32] | None:
        """Landmarks (478, 3) in pixels; None: hidden for a moment.

        Raises:
            FootageRejected: face, faces or face_size; says at which second.
        """
        before = self._face
        cut = self._cuts.begins(picture)
        due = before is None or cut or self._count - self._looked >= _LOOK_S * self._fps
        self._face = self._found(picture) if due else self._followed(picture, before)
        if self._face is None and not due:
            self._face = self._found(picture)
        if self._face is not None:
            cut = cut or (before is not None and _leapt(before, self._face))
            self._seen = self._count
        elif self._count - self._seen >= _GONE_S * self._fps:
            at_s = self._seen / self._fps
            raise FootageRejected("face", f"no face is seen from {at_s:.1f} s on; cut that out")
        self.take += cut
        self._count += 1
        return self._face

    def _found(self, picture: Picture) -> NDArray[np.float32] | None:
        self._looked = self._count
        faces = self._finder.find(picture)
        if not faces:
            return None
        self._check(faces)
        return faces[0].landmarks

    def _check(self, faces: list[Face]) -> None:
        at = f"at {self._count / self._fps:.1f} s"
        least = _BESIDE * faces[0].area
        if any(face.area > least and face.score > _SURELY for face in faces[1:]):
            told = f"several faces {at}: film one person alone, or cut that out"
            raise FootageRejected("faces", told)
        if faces[0].width < _LEAST_PX:
            told = f"the face is {faces[0].width:.0f} pixels wide {at}; film it from closer"
            raise FootageRejected("face_size", told)

    def _followed(
        self, picture: Picture, before: NDArray[np.float32] | None
    ) -> NDArray[np.float32] | None:
        assert before is not None
        points, presence = self._landmarks.run(picture, region_of_landmarks(before))
        return points if presence >= MIN_PRESENCE else None


def _leapt(before: NDArray[np.float32], after: NDArray[np.float32]) -> bool:
    moved = np.linalg.norm(after[:, :2].mean(axis=0) - before[:, :2].mean(axis=0))
    return bool(moved > _LEAP * np.ptp(before[:, 0]))
