"""Which pixels of a drawing are the character."""

import cv2
import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.textures import Pixels
from avatar_serving.faces.matte import person_matte

PLAIN = 8.0
"""How much (of 255) the upper rim of a drawing on plain ground varies at most."""
ALIKE = 10
"""How far the ground's colour goes."""
RIM = 0.6
"""Share of the height over which the sides are part of that rim; further down are shoulders."""


def drawn_matte(image: Pixels) -> Floats:
    """(size, size), 0..1. A plain ground is told by its colour; any other by the network that
    knows people."""
    size = len(image)
    high = round(RIM * size)
    rim = np.concatenate([image[0], image[:high, 0], image[:high, -1]]).astype(np.float32)
    ground = np.median(rim, axis=0)
    like = np.abs(rim - ground).max(1) < PLAIN
    if like.mean() < 0.8:
        return person_matte(image)
    return _apart_from(image, ground)


def _apart_from(image: Pixels, ground: Floats) -> Floats:
    size = len(image)
    alike = np.abs(image.astype(np.float32) - ground).max(2) < ALIKE
    _, labels = cv2.connectedComponents(alike.astype(np.uint8), connectivity=4)
    border = np.concatenate([labels[0], labels[:, 0], labels[:, -1]])
    outside = np.isin(labels, np.unique(border[border > 0]))
    solid = cv2.GaussianBlur((~outside).astype(np.float32), (0, 0), size / 1100)
    # Half of a soft edge was taken for the character.
    return np.clip((solid - 0.3) / 0.6, 0, 1).astype(np.float32)
