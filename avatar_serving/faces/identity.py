"""Whose face it is: dlib's face descriptor, in which one person's pictures lie close together."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.faces.chip import chip, normalised
from avatar_serving.faces.descriptor_network import OUTPUT, write_network
from avatar_serving.faces.face import Face
from avatar_serving.onnx import open_session

SIDE = 150
PADDING = 0.25
SAME_PERSON = 0.6
"""Pictures of one person are closer than this: dlib's own threshold, 99.4 % right on LFW."""

Descriptor: TypeAlias = NDArray[np.float32]
"""(128,)"""


class IdentityModel:
    def __init__(self) -> None:
        network = weights.derived("face-descriptor.onnx", "face-descriptor", write_network)
        self._session = open_session(network)

    def describe(self, image: NDArray[np.uint8], face: Face) -> Descriptor:
        """The mean of the face's descriptor and its mirror image's."""
        straight = chip(image, face, SIDE, PADDING)
        both = normalised(np.stack([straight, straight[:, ::-1]]))
        found = np.asarray(self._session.run([OUTPUT], {"images": both})[0], np.float32)
        return found.mean(0, dtype=np.float32)


def distance(one: Descriptor, other: Descriptor) -> float:
    """Euclidean, 0 .. about 1.2; see SAME_PERSON."""
    return float(np.linalg.norm(one - other))
