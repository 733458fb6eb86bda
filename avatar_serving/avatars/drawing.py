"""How the avatar of any package is drawn."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import gaussian, package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.splat_canvas import SplatWindow
from avatar_serving.media import Window

Pixels = NDArray[np.uint8]


class Drawn(Protocol):
    def draw(self, values: tuple[float, ...], /, *, breath: float = 0.0) -> Pixels:
        """(height, width, 3) for a number for each of CHANNELS; *breath* as `breath_at` tells."""
        ...


def canvases(content: bytes) -> Callable[[int, Window, Pixels | None], Drawn]:
    """Makes canvases for the avatar of a package: portraits are meshes, others what they are. They
    are given the side of the square, the part of it to draw, and what is behind (None: the
    package's own). Raises PackageInvalid."""
    opened = package.read(content)
    if opened.manifest.type == "gaussian":
        return partial(SplatWindow, gaussian.scene(opened))
    return partial(Canvas, package.load(content))
