"""Pictures between two pictures, by optical flow: more frames a second from a bank of frames.

F(u) = a W(F1, u F21) + (1 - a) W(F2, (1 - u) F12), a = 1 - u: each picture is warped its share of
the way along the flow towards the other, and the two are mixed. W samples a picture where the flow
says that each of its pixels comes from.
"""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""height x width x 3."""
Flow = NDArray[np.float32]
"""height x width x 2: how far right and down, in pixels."""


class Between(Protocol):
    def __call__(self, first: Picture, second: Picture, progress: float, /) -> Picture:
        """The picture at *progress* 0..1 from *first* to *second*, which are of one size."""
        ...


@dataclass(frozen=True, slots=True)
class Flows:
    """Dense flows both ways. At each pixel of one picture: where it is in the other."""

    forward: Flow
    backward: Flow


def flows(first: Picture, second: Picture) -> Flows:
    """By dense inverse search (T. Kroeger et al., ECCV 2016)."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (first, second)]
    empty = np.zeros((*grey[0].shape, 2), np.float32)
    forward = search.calc(grey[0], grey[1], empty.copy())
    backward = search.calc(grey[1], grey[0], empty.copy())
    return Flows(np.asarray(forward, np.float32), np.asarray(backward, np.float32))


def between(
    first: Picture, second: Picture, progress: float, known: Flows | None = None
) -> Picture:
    """The picture at *progress* 0..1 from *first* to *second*."""
    found = known or flows(first, second)
    came = warp(first, progress * found.backward)
    goes = warp(second, (1 - progress) * found.forward)
    mixed = (1 - progress) * came + progress * goes
    return np.clip(np.rint(mixed), 0, 255).astype(np.uint8)


def warp(picture: Picture, flow: Flow) -> NDArray[np.float32]:
    """Each pixel from where *flow* points, bilinear; the border goes on outside."""
    rows, columns = np.indices(flow.shape[:2], dtype=np.float32)
    return np.asarray(
        cv2.remap(
            picture.astype(np.float32),
            columns + flow[..., 0],
            rows + flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
