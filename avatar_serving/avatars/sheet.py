"""One picture of what an avatar can do, for people to look at."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.rig import PortraitRig
from avatar_serving.media import ARKIT, CHANNELS

CELL_PX = 384
COLUMNS = 4
BAR_PX = 26
POSES: dict[str, dict[str, float]] = {
    "neutral": {},
    "aa": {"jawOpen": 0.5, "mouthLowerDown": 0.3, "mouthUpperUp": 0.15},
    "ee": {"jawOpen": 0.1, "mouthSmile": 0.35, "mouthStretch": 0.4, "mouthLowerDown": 0.4,
           "mouthUpperUp": 0.3},
    "oo": {"mouthPucker": 0.8, "mouthFunnel": 0.35, "jawOpen": 0.18},
    "blink": {"eyeBlink": 1.0},
    "smile": {"mouthSmile": 0.8, "cheekSquint": 0.5, "eyeSquint": 0.3},
    "turned left": {"headYaw": 20.0},
    "turned right": {"headYaw": -20.0},
}  # fmt: skip
"""Channel values. A name without a side means both."""
BESIDE: dict[str, dict[str, float]] = {
    "mouthClose": {"jawOpen": 1.0},
    "tongueOut": {"jawOpen": 0.3},
}
"""What an action is shown with, where it means nothing alone."""
ACTION_PX, ACTION_COLUMNS = 168, 8
FACES_PX = 430
"""Size of the frame that a tile of a single action is cut out of."""


@dataclass(frozen=True, slots=True)
class _Layout:
    cell_px: int
    columns: int
    bar_px: int
    text_px: int


def pose_values(named: dict[str, float]) -> tuple[float, ...]:
    """A number for each of CHANNELS."""
    values: dict[str, float] = dict.fromkeys(CHANNELS, 0.0)
    for name, value in named.items():
        for channel in (name,) if name in values else (f"{name}Left", f"{name}Right"):
            values[channel] = value
    return tuple(values.values())


def portrait_sheet(content: bytes) -> Image.Image:
    """The avatar of a package in POSES, labelled. Raises PackageInvalid."""
    canvas = Canvas(package.load(content), CELL_PX)
    tiles = {
        label: Image.fromarray(canvas.draw(pose_values(named))) for label, named in POSES.items()
    }
    return _laid_out(tiles, _Layout(CELL_PX, COLUMNS, BAR_PX, 15))


def action_sheet(content: bytes) -> Image.Image:
    """The face of a package neutral, then in each of ARKIT at its full weight, labelled. Raises
    PackageInvalid."""
    rig = package.load(content)
    canvas, face = Canvas(rig, FACES_PX), _face(rig)
    tiles: dict[str, Image.Image] = {}
    for name in ("neutral", *ARKIT):
        named = BESIDE.get(name, {}) | ({} if name == "neutral" else {name: 1.0})
        frame = Image.fromarray(canvas.draw(pose_values(named)))
        tiles[name] = frame.resize((ACTION_PX, ACTION_PX), Image.Resampling.LANCZOS, face)
    return _laid_out(tiles, _Layout(ACTION_PX, ACTION_COLUMNS, 20, 13))


def _face(rig: PortraitRig) -> tuple[float, float, float, float]:
    """The square of a frame around the eyes and the mouth: left, top, right, bottom in pixels."""
    seen = np.concatenate([rig.eyes.positions, rig.mouth.positions])[:, :2]
    middle = (seen.min(0) + seen.max(0)) / 2 * np.array([1, -1]) + 0.5
    half = 0.68 * max(np.ptp(seen[:, 0]), np.ptp(seen[:, 1]))
    left, top = np.clip(middle - half, 0, 1)
    right, bottom = np.clip(middle + half, 0, 1)
    corners = (float(edge) * FACES_PX for edge in (left, top, right, bottom))
    return next(corners), next(corners), next(corners), next(corners)


def _laid_out(tiles: dict[str, Image.Image], layout: _Layout) -> Image.Image:
    rows = -(-len(tiles) // layout.columns)
    high = layout.cell_px + layout.bar_px
    sheet = Image.new("RGB", (layout.columns * layout.cell_px, rows * high), "white")
    draw = ImageDraw.Draw(sheet)
    for i, (label, tile) in enumerate(tiles.items()):
        x, y = i % layout.columns * layout.cell_px, i // layout.columns * high
        sheet.paste(tile, (x, y))
        at = (x + 8, y + layout.cell_px + layout.bar_px // 5)
        draw.text(at, label, fill="black", font_size=layout.text_px)
    return sheet
