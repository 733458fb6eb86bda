"""Head swap: an avatar's head in the place of a performer's, picture by picture of a film."""

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import PortraitRig, pose
from avatar_serving.avatars.surface import POINTS
from avatar_serving.driving.cut_head import HeadCanvas
from avatar_serving.driving.heads import Floats
from avatar_serving.driving.light import Light, skin_of
from avatar_serving.driving.motion import Motion
from avatar_serving.driving.placing import Placing
from avatar_serving.driving.surroundings import Surroundings, looked_at

Pixels = NDArray[np.uint8]
DRAWN_OF = 4
"""The avatar is drawn for every fourth frame that is looked at, to know its skin."""


class Pictures(Protocol):
    """Of a film, by number."""

    def __getitem__(self, number: int, /) -> Pixels: ...


class Swap:
    """Not for two threads at once."""

    def __init__(self, rig: PortraitRig, motion: Motion, pictures: Pictures) -> None:
        self._rig, self._motion, self._pictures = rig, motion, pictures
        self._placing = Placing(rig, motion)
        self._canvas = HeadCanvas(rig, self._placing.size)
        looks = [(number, pictures[number]) for number in looked_at(motion.count)]
        self._surroundings = Surroundings(looks, motion)
        self._light = self._light_between(looks)

    def picture(self, number: int) -> Pixels:
        """Number *number* of the film, with the avatar's head."""
        placed = self._placing.at(number)
        cut = self._canvas.draw(placed.values)
        film = self._surroundings.without_head(self._pictures[number], number)
        size = (film.shape[1], film.shape[0])
        head = cv2.warpAffine(
            self._light.on(cut.colour), placed.square, size, borderMode=cv2.BORDER_REPLICATE
        )
        share = cv2.warpAffine(cut.alpha, placed.square, size)
        return cv2.blendLinear(head, film, share, 1 - share).astype(np.uint8)

    def _light_between(self, looks: Sequence[tuple[int, Pixels]]) -> Light:
        drawn = [self._drawn(number) for number, _ in looks[::DRAWN_OF]]
        seen = [(picture, self._motion.held(number)) for number, picture in looks]
        return Light(skin_of(drawn), skin_of(seen))

    def _drawn(self, number: int) -> tuple[Pixels, Floats]:
        values = self._placing.at(number).values
        places = pose(self._rig, values).skin[:POINTS, :2].astype(np.float64) * (1, -1) + 0.5
        return self._canvas.draw(values).colour, places * self._placing.size
