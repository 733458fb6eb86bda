"""What a film shows behind a performer's head, and where that head is.

The camera stands still: what is seen beside the person in some frames is what is behind the person
in others. What is never seen is painted in from around.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.driving.heads import Floats
from avatar_serving.driving.motion import Motion
from avatar_serving.driving.placing import similar
from avatar_serving.faces.matte import person_matte
from avatar_serving.faces.topology import CHIN

Pixels = NDArray[np.uint8]
LOOKS = 24
"""Frames of the film that are looked at."""
SURELY = 0.05
"""Matte up to which something is not the person."""
BESIDE_PX = 3
"""What is so near to the person is not believed to be seen clearly."""
SIDE, REACH_CM = 256, 24.0
"""The silhouette of a head: pixels, and how far it goes from the middle of the face."""
ROOM_CM, SOFT_CM = 0.5, 0.4
"""By how much more than a head is taken away, and over what its edge fades."""
MOUTH, JAW = 13, (172, 397)
"""Its middle, and the corners of the jaw."""


class Surroundings:
    def __init__(self, pictures: Sequence[tuple[int, Pixels]], motion: Motion) -> None:
        """*pictures*: some of the film, with their numbers."""
        self._motion = motion
        mattes = [person_matte(picture) for _, picture in pictures]
        self.behind = behind_of([picture for _, picture in pictures], mattes)
        """(height, width, 3): the film without the person."""
        seen = [self._upright(matte, n) for (n, _), matte in zip(pictures, mattes, strict=True)]
        self._silhouette = _silhouette(np.stack(seen), motion.neutral.face)

    def without_head(self, picture: Pixels, number: int) -> Pixels:
        """*picture*, number *number* of the film, with the head taken away, but for what is below
        the mouth, which is skin before the neck."""
        height, width = picture.shape[:2]
        gone = cv2.warpAffine(self._silhouette, self._place(number), (width, height))
        return cv2.blendLinear(self.behind, picture, gone, 1 - gone).astype(np.uint8)

    def _upright(self, matte: NDArray[np.float32], number: int) -> NDArray[np.float32]:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(matte, self._place(number), (SIDE, SIDE), flags=flags)
        return np.asarray(warped, np.float32)

    def _place(self, number: int) -> Floats:
        """(2, 3): from pixels of the silhouette to those of the film."""
        motion = self._motion
        return similar(_on_grid(motion.neutral.face), motion.held(number) - 0.5)


def looked_at(count: int) -> list[int]:
    """Which of *count* pictures of a film are looked at."""
    return sorted({round(n) for n in np.linspace(0, count - 1, min(LOOKS, count)).tolist()})


def _on_grid(face: Floats) -> Floats:
    """Points (n, 2 or more) of a face in centimetres, in pixels of the silhouette."""
    return (face[:, :2] * (1, -1) / REACH_CM + 1) / 2 * SIDE - 0.5


def _silhouette(seen: NDArray[np.float32], face: Floats) -> NDArray[np.float32]:
    """(SIDE, SIDE): what of the person in *seen* (n, SIDE, SIDE) is the head. Above the mouth all
    that ever is; between mouth and chin what mostly is, for shoulders come and go, and nothing
    before the neck, which is the performer's own."""
    cm, points = SIDE / 2 / REACH_CM, _on_grid(face)
    mouth, chin = (int(points[mark, 1]) for mark in (MOUTH, CHIN))
    head = (seen.max(0) > 0.5).astype(np.uint8)
    head[mouth:] = np.median(seen[:, mouth:], axis=0) > 0.5
    head = cv2.dilate(head, _disc(ROOM_CM * cm))
    head[chin:] = 0
    right, left = (int(points[mark, 0]) for mark in JAW)
    head[mouth:, right:left] = 0
    return np.asarray(cv2.GaussianBlur(head.astype(np.float32), (0, 0), SOFT_CM * cm), np.float32)


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def behind_of(pictures: list[Pixels], mattes: list[NDArray[np.float32]]) -> Pixels:
    """The median of what is seen beside the person; where nothing ever is, painted in."""
    hidden = [cv2.dilate((m > SURELY).astype(np.uint8), _disc(BESIDE_PX)) > 0 for m in mattes]
    stack = np.ma.masked_array(np.stack(pictures), np.stack(hidden)[..., None].repeat(3, axis=3))
    middle = np.ma.median(stack, axis=0)
    never = np.all(hidden, axis=0)
    known = np.asarray(middle.filled(0), np.uint8)
    return np.asarray(cv2.inpaint(known, never.astype(np.uint8), 5, cv2.INPAINT_NS), np.uint8)
