"""The test stand: drives a rig, draws it, and looks at the drawing as at a photo."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.canvas import Canvas, Pixels
from avatar_serving.avatars.rig import PortraitRig, pose
from avatar_serving.faces import Face, FaceFinder
from avatar_serving.faces.topology import OVAL

LANDMARKS = 468
"""The first vertices of a rig's skin are the landmarks."""

Points: TypeAlias = NDArray[np.float64]
"""(468, 2) landmarks in pixels of a drawing: x right, y down."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One pose: what was asked of the rig, what it drew and what was seen in the drawing."""

    values: tuple[float, ...]
    picture: Pixels
    geometry: Points
    """Where the rig put the landmarks."""
    face: Face | None

    @property
    def seen(self) -> Points | None:
        """Where the landmark model sees them."""
        if self.face is None:
            return None
        return self.face.landmarks[:LANDMARKS, :2].astype(np.float64)


class Stand:
    """Not for two threads at once."""

    def __init__(self, rig: PortraitRig, finder: FaceFinder, size: int = 512) -> None:
        self.rig = rig
        self.size = size
        self.finder = finder
        self._canvas = Canvas(rig, size)
        outline = self.geometry(rig.rest_weights, photo=1.0)[list(OVAL), 0]
        self.face_width = float(np.ptp(outline))
        """In pixels of a drawing, of the rest pose: the unit of all lengths in a report."""

    def draw(self, values: tuple[float, ...], photo: float = 0.0) -> Pixels:
        return self._canvas.draw(values, photo)

    def geometry(self, values: tuple[float, ...], photo: float = 0.0) -> Points:
        """Landmarks (468, 2) of the rig itself, in pixels of a drawing."""
        skin = pose(self.rig, values, photo).skin[:LANDMARKS, :2].astype(np.float64)
        return (skin * (1, -1) + 0.5) * self.size

    def view(self, values: tuple[float, ...], photo: float = 0.0) -> View:
        picture = self.draw(values, photo)
        faces = self.finder.find(picture, limit=1)
        geometry = self.geometry(values, photo)
        return View(values, picture, geometry, faces[0] if faces else None)
