"""A portrait that can move: three meshes in layers, their morphs, and a head on a neck."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.neck import FREE, YawRange, obeyed
from avatar_serving.media import ARKIT, CHANNELS, HEAD

Floats = NDArray[np.floating[Any]]
"""In a rig always of 32 bits; on the way there of 64 where sums are long."""

MORPHS = (*ARKIT, "photo")
"""Names of a part's morphs, in order."""

LAYERS = ("mouth", "eyes", "skin")
"""The parts in drawing order."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One mesh. The image square is 1 x 1 and centred at the origin: x right, y up, z towards the
    viewer."""

    positions: Floats
    """(n, 3), of the neutral face with its mouth closed."""
    morphs: Floats
    """(53, n, 3): what each of MORPHS adds at weight 1."""
    triangles: NDArray[np.int32]
    """(m, 3), counter-clockwise seen by the viewer."""
    head: Floats
    """(n,), 0..1: how far a vertex follows the head; the rest of it stays with the body."""
    uv: Floats | None = None
    """(n, 2), 0..1, v down, into *texture*."""
    texture: NDArray[np.uint8] | None = None
    """(height, width, 3 or 4), sRGB, alpha not premultiplied."""
    colours: Floats | None = None
    """(n, 3), sRGB 0..1, of a part without texture."""


@dataclass(frozen=True, slots=True, eq=False)
class PortraitRig:
    mouth: Part
    eyes: Part
    skin: Part
    background: NDArray[np.uint8]
    """(size, size, 3), sRGB."""
    pivot: tuple[float, float, float]
    """What the head turns about."""
    rest_weights: tuple[float, ...]
    """One number for each of CHANNELS: the expression of the photo."""
    yaw: YawRange = FREE
    """How far the head turns, see `neck`; asked for more, it goes to the end of this."""

    @property
    def parts(self) -> tuple[Part, Part, Part]:
        """In the order of LAYERS."""
        return self.mouth, self.eyes, self.skin


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """Vertices of each part, (n, 3)."""

    mouth: Floats
    eyes: Floats
    skin: Floats


def pose(rig: PortraitRig, values: tuple[float, ...], photo: float = 0.0) -> Posed:
    """Vertices for one face frame (a number for each of CHANNELS).

    *photo* 1 with the rest weights gives the picture that the avatar was made of.
    """
    values = obeyed(values, rig.yaw)
    mouth, eyes, skin = (pose_part(part, rig.pivot, values, photo) for part in rig.parts)
    return Posed(mouth, eyes, skin)


def pose_part(
    part: Part, pivot: tuple[float, float, float], values: tuple[float, ...], photo: float = 0.0
) -> Floats:
    """The vertices (n, 3) of one part for one face frame; see `pose`."""
    if len(values) != len(CHANNELS):
        raise ValueError(f"{len(values)} values for {len(CHANNELS)} channels")
    numbers = np.asarray(values, np.float32)
    weights = np.append(numbers[: len(ARKIT)], np.float32(photo))
    angles = np.radians(numbers[-len(HEAD) :])
    centre = np.asarray(pivot, np.float32)
    return _turned(_morphed(part, weights), part.head, angles, centre)


def _morphed(part: Part, weights: Floats) -> Floats:
    used = np.flatnonzero(weights)
    if not used.size:
        return part.positions
    count = len(part.positions) * 3
    added = weights[used] @ part.morphs.reshape(len(weights), count)[used]
    return part.positions + added.reshape(-1, 3)


def _turned(points: Floats, head: Floats, angles: Floats, pivot: Floats) -> Floats:
    """Turn each vertex by its share of the angles: R = Rz(-roll) Rx(-pitch) Ry(yaw)."""
    if not angles.any():
        return points
    yaw, pitch, roll = head * angles[0], head * -angles[1], head * -angles[2]
    x, y, z = (points - pivot).T
    x, z = np.cos(yaw) * x + np.sin(yaw) * z, np.cos(yaw) * z - np.sin(yaw) * x
    y, z = np.cos(pitch) * y - np.sin(pitch) * z, np.sin(pitch) * y + np.cos(pitch) * z
    x, y = np.cos(roll) * x - np.sin(roll) * y, np.sin(roll) * x + np.cos(roll) * y
    return np.stack([x, y, z], 1).astype(np.float32) + pivot
