"""Draws an avatar as splats at one size, again and again: EWA splatting under an orthographic
camera, where the picture of a Gaussian is exactly a Gaussian."""

from collections.abc import Generator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.breath import raised
from avatar_serving.avatars.canvas import cut
from avatar_serving.avatars.neck import obeyed
from avatar_serving.avatars.rig import Floats, pose_part
from avatar_serving.avatars.splat_kernels import draw_splats, gather_splats
from avatar_serving.avatars.splat_scene import SplatScene
from avatar_serving.avatars.splats import Carrier
from avatar_serving.media import Window

FADING_PX2 = 0.15
"""Splats that cover less than about six times this fade."""
Pixels = NDArray[np.uint8]
BLUR_PX2 = 0.1
"""Added to each variance on the picture: a pixel is no point."""


class SplatWindow:
    """Draws all and shows a window of it: splats are drawn as a whole."""

    def __init__(self, scene: SplatScene, size: int, window: Window, behind: Pixels | None) -> None:
        self._canvas = SplatCanvas(scene, size)
        self._window = window
        if behind is not None:
            self._canvas.put_behind(behind, window)

    def draw(self, values: tuple[float, ...], /, *, breath: float = 0.0) -> Pixels:
        return cut(self._canvas.draw(values, breath=breath), self._window)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Splats on the picture, in pixels, y down."""

    order: NDArray[np.intp]
    """From near to far."""
    points: Floats
    """(n, 2): centres."""
    spreads: Floats
    """(n, 3): covariances xx, xy, yy."""
    opacities: Floats
    """(n,)"""


class SplatCanvas:
    """Holds what does not change from frame to frame. Not for two threads at once."""

    def __init__(self, scene: SplatScene, size: int) -> None:
        self._scene = scene
        self._size = size
        side = (size, size)
        small = size < len(scene.background)
        method = cv2.INTER_AREA if small else cv2.INTER_LINEAR
        behind = np.asarray(cv2.resize(scene.background, side, interpolation=method))
        self._background = behind.astype(np.float32) / 255
        self._carriers = [Carrier(c.splats, c.rest, c.mesh.triangles) for c in scene.layers]

    def put_behind(self, pixels: Pixels, window: Window) -> None:
        """Show *pixels* behind the person in *window*, instead of what the picture showed."""
        rows = slice(window.top, window.top + window.height)
        columns = slice(window.left, window.left + window.width)
        self._background[rows, columns] = pixels.astype(np.float32) / 255

    def draw(self, values: tuple[float, ...], photo: float = 0.0, breath: float = 0.0) -> Pixels:
        """One frame (size, size, 3) for a number for each of CHANNELS."""
        out = np.zeros((self._size, self._size, 3), np.float32)
        through = self._clear()
        for i, seen in self._seen(values, photo, breath):
            colours = self._scene.layers[i].splats.colours
            draw_splats(
                seen.order, seen.points, seen.spreads, colours, seen.opacities, through, out
            )
        out += through[..., None] * self._background
        return (np.clip(out, 0, 1) * 255 + 0.5).astype(np.uint8)

    def gather(self, picture: Floats, values: tuple[float, ...]) -> list[Floats]:
        """For each layer (n, 4): the sum of what each splat sees of *picture* (size, size, 3), and
        how many pixels of it are the splat's own."""
        through = self._clear()
        found = [np.zeros((len(c.splats.opacities), 4), np.float32) for c in self._scene.layers]
        for i, seen in self._seen(values):
            gather_splats(
                seen.order, seen.points, seen.spreads, seen.opacities, through, picture, found[i]
            )
        return found

    def _clear(self) -> Floats:
        return np.ones((self._size, self._size), np.float32)

    def _seen(
        self, values: tuple[float, ...], photo: float = 0.0, breath: float = 0.0
    ) -> Generator[tuple[int, _Seen], None, None]:
        """Each layer, the foremost first."""
        size = np.float32(self._size)
        values = obeyed(values, self._scene.yaw)
        for i in reversed(range(len(self._carriers))):
            mesh = self._scene.layers[i].mesh
            posed = pose_part(mesh, self._scene.pivot, values, photo)
            means, shapes = self._carriers[i].carried(raised(posed, breath))
            points = means[:, :2] * np.array([size, -size], np.float32) + size / 2
            spreads = shapes[:, [0, 1, 3]] * (size**2 * np.array([1, -1, 1], np.float32))
            shown = _shown(spreads) * self._scene.layers[i].splats.opacities
            spreads[:, [0, 2]] += np.float32(BLUR_PX2)
            order = np.argsort(-means[:, 2], kind="stable")
            yield i, _Seen(order, points, np.ascontiguousarray(spreads), shown)


def _shown(spreads: Floats) -> Floats:
    """(n,), 0..1: splats narrower than anything to be seen fade, so that what is folded away does
    not show as lines."""
    xx, xy, yy = spreads.T
    return np.minimum(np.sqrt(np.maximum(xx * yy - xy * xy, 0)) / np.float32(FADING_PX2), 1)
