"""Where an avatar's head goes in the pictures of a film."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from avatar_serving.avatars.rig import PortraitRig, pose
from avatar_serving.avatars.surface import POINTS
from avatar_serving.driving.heads import Floats, heads_of
from avatar_serving.driving.motion import Motion
from avatar_serving.faces.canonical import canonical_face
from avatar_serving.media import ARKIT

Pixels = NDArray[np.uint8]
NODS = 0.5
"""How much of a difference in pitch between two faces at rest is believed: what landmarks say of it
depends on whose face it is."""
MOST_DEG = 25.0
"""Of such a difference, in any angle."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A face frame of the avatar, and where its square goes."""

    values: tuple[float, ...]
    square: Floats
    """(2, 3): from pixels of the drawn square to those of the film, both counted from the middle of
    the first."""


class Placing:
    """Lays the avatar's landmarks over the performer's."""

    def __init__(self, rig: PortraitRig, motion: Motion) -> None:
        self._rig = rig
        self._motion = motion
        own = rig.skin.positions[:POINTS].astype(np.float64)
        canonical = canonical_face().vertices.astype(np.float64)
        held, drawn = heads_of(canonical, np.stack([motion.neutral.face[:POINTS], own])).turns
        yaw, pitch, roll = _angles(held @ drawn.T)
        offset = np.clip((yaw, NODS * pitch, roll), -MOST_DEG, MOST_DEG)
        self._turns = motion.heads.turns @ _turn(offset)
        unit = float(np.ptp(own[:, 0]))
        wide = float(np.ptp(motion.neutral.face[:POINTS, 0]) * np.median(motion.heads.scales))
        self.size = int(np.clip(2 * round(wide / unit / 2), 64, 1920))
        """Side of the avatar's square at which its face is as wide as the film's mostly is."""

    def at(self, number: int) -> Placed:
        """In picture *number* of the film."""
        motion = self._motion
        angles = _angles(self._turns[number])
        values = (*motion.weights[number].tolist(), *angles)
        still = (*([0.0] * len(ARKIT)), *angles)
        drawn = pose(self._rig, still).skin[:POINTS, :2].astype(np.float64)
        drawn = (drawn * (1, -1) + 0.5) * self.size - 0.5
        return Placed(values, similar(drawn, motion.held(number)[:POINTS] - 0.5))


def similar(source: Floats, target: Floats) -> Floats:
    """(2, 3): the least-squares turn, scale and shift from points (n, 2) to others."""
    found, _ = cv2.estimateAffinePartial2D(source, target, method=cv2.LMEDS)
    return np.asarray(found, np.float64)


def _angles(turn: Floats) -> tuple[float, float, float]:
    """Yaw, pitch and roll in degrees."""
    roll, pitch, yaw = Rotation.from_matrix(turn).as_euler("ZXY", degrees=True).tolist()
    return yaw, -pitch, -roll


def _turn(angles: Floats) -> Floats:
    yaw, pitch, roll = angles
    return Rotation.from_euler("ZXY", (-roll, -pitch, yaw), degrees=True).as_matrix()
