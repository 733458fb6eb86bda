"""One picture of what an avatar can do, for people to look at."""

from PIL import Image, ImageDraw

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.media import CHANNELS

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
    rows = -(-len(POSES) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL_PX, rows * (CELL_PX + BAR_PX)), "white")
    draw = ImageDraw.Draw(sheet)
    for i, (label, named) in enumerate(POSES.items()):
        x, y = i % COLUMNS * CELL_PX, i // COLUMNS * (CELL_PX + BAR_PX)
        sheet.paste(Image.fromarray(canvas.draw(pose_values(named))), (x, y))
        draw.text((x + 8, y + CELL_PX + 5), label, fill="black", font_size=15)
    return sheet
