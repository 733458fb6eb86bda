"""Painting: one network knows 26 styles, of which those that keep a face are offered; another
imitates any picture."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.faces.litert import Floats
from avatar_serving.images import to_array
from avatar_serving.media import Image
from avatar_serving.onnx import open_session
from avatar_serving.stages.stylise.canvas import Canvas, features, mix
from avatar_serving.stages.stylise.upscale import resized

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

PAINTINGS = {
    "pastel": (0, "Pastel"), "ink-wash": (2, "Ink wash"), "poster": (4, "Crimson poster"),
    "expressionist": (5, "Expressionist"), "primaries": (7, "Bold primaries"),
    "colour-pencil": (8, "Colour pencil"), "sepia-oil": (10, "Sepia oil"),
    "engraving": (11, "Engraving"), "impressionist": (12, "Impressionist"),
    "fauvist": (13, "Fauvist"), "fresco": (14, "Fresco"), "violet": (16, "Violet dusk"),
    "woodblock": (18, "Woodblock"), "blue-night": (19, "Blue night"), "ember": (20, "Ember"),
    "graphic-novel": (22, "Graphic novel"), "old-master": (23, "Old master"),
    "blueprint": (24, "Blueprint"), "stipple": (25, "Stipple"),
}  # fmt: skip
"""Id -> (index in the network, name for people). The names are ours; the network has none."""

STYLES = 26
SIDE = 768
"""Pixels the network paints. Its strokes have a fixed width: fewer pixels are coarser."""
PROTECTED = 0.45
"""How much weaker the style is on eyes and mouth."""


IMITATED_SIDE, MODEL_SIDE = 384, 256
"""Pixels of the portrait and of the picture to be imitated, as those networks have them."""


class Painter:
    def __init__(self, threads: int) -> None:
        self._session = open_session(weights.path("style-multi"), threads)

    def paint(self, canvas: Canvas, style: str, strength: float) -> NDArray[np.uint8]:
        """*style*: an id of PAINTINGS. *strength*: 0..1."""
        planes = _floats(resized(canvas.rgb, SIDE, SIDE)).transpose(2, 0, 1)[None]
        chosen = np.eye(STYLES, dtype=np.float32)[PAINTINGS[style][0]]
        inputs = {"image": np.ascontiguousarray(planes), "style_weights": chosen}
        (painted,) = self._session.run(None, inputs)
        return _mixed(canvas, np.asarray(painted, np.float32)[0].transpose(1, 2, 0), strength)


class Imitator:
    def __init__(self, threads: int) -> None:
        self._manner = open_session(weights.path("style-predict"), threads)
        self._paint = open_session(weights.path("style-transform"), threads)

    def paint(self, canvas: Canvas, model: Image, strength: float) -> NDArray[np.uint8]:
        """In the manner of *model*. *strength*: 0..1."""
        manner = self._run(self._manner, _floats(_middle(to_array(model)))[None])
        small = _floats(resized(canvas.rgb, IMITATED_SIDE, IMITATED_SIDE))
        painted = self._run(self._paint, small[None], manner)
        return _mixed(canvas, painted[0], strength)

    def _run(self, session: "InferenceSession", *inputs: Floats) -> Floats:
        names = [each.name for each in session.get_inputs()]
        (answer,) = session.run(None, dict(zip(names, inputs, strict=True)))
        return np.asarray(answer, np.float32)


def _mixed(canvas: Canvas, painted: Floats, strength: float) -> NDArray[np.uint8]:
    pixels = (painted.clip(0, 1) * 255).round().astype(np.uint8)
    share = strength * (1 - PROTECTED * features(canvas))
    painting = resized(pixels, canvas.side, canvas.side)
    return mix(canvas.rgb, painting, share.astype(np.float32))


def _middle(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    return resized(rgb[top : top + side, left : left + side], MODEL_SIDE, MODEL_SIDE)


def _floats(rgb: NDArray[np.uint8]) -> Floats:
    return np.divide(rgb, 255, dtype=np.float32)
