"""Draw the picture of docs/drawings.md: ``python -m scripts.drawings [DRAWING ...]``.

Without files it is of faces drawn for the tests. Files are for looking: the picture goes beside the
first of them, as sheet.jpg.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.drawings import portrait
from avatar_serving.drawings.look import find_drawn
from avatar_serving.drawings.measure import whole
from avatar_serving.drawings.overlay import overlay
from avatar_serving.errors import ImageRejected
from avatar_serving.faces import FaceFinder
from tests.drawings.pictures import STYLES, Style, drawing

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "drawings.jpg"
SIZE_PX, CELL_PX, BAR_PX = 512, 176, 22
HEAD = (slice(70, 470), slice(56, 456))
"""The part of a frame that is shown."""
POSES: dict[str, dict[str, float]] = {
    "neutral": {},
    "jawOpen": {"jawOpen": 0.8, "mouthLowerDown": 0.3},
    "mouthSmile": {"mouthSmile": 0.9},
    "mouthPucker": {"mouthPucker": 0.9, "jawOpen": 0.15},
    "half a blink": {"eyeBlink": 0.5},
    "eyeBlink": {"eyeBlink": 1.0},
    "browInnerUp": {"browInnerUp": 1.0, "browOuterUp": 0.6},
    "looking aside": {"eyeLookOutLeft": 0.7, "eyeLookInRight": 0.7},
    "headYaw -15": {"headYaw": -15.0},
    "headYaw 15": {"headYaw": 15.0},
}
PAPER = (255, 255, 255)
LINE_ART = Style((0.05, 0.04), "lips", False, PAPER, PAPER, (40, 40, 40))


def main(files: list[str]) -> None:
    finder = FaceFinder()
    rows = [row for picture in _pictures(files) if (row := _row(picture, finder)) is not None]
    sheet = Image.fromarray(np.vstack(rows))
    page = Image.new("RGB", (sheet.width, sheet.height + BAR_PX), "white")
    page.paste(sheet, (0, BAR_PX))
    for i, label in enumerate(("measured", *POSES)):
        ImageDraw.Draw(page).text((i * CELL_PX + 6, 4), label, "black", font_size=14)
    path = Path(files[0]).parent / "sheet.jpg" if files else PICTURE
    page.save(path, quality=82, optimize=True)
    print(f"{path} ({path.stat().st_size // 1024} kB)")


def _pictures(files: list[str]) -> Iterator[np.ndarray]:
    for file in files:
        with Image.open(file) as picture:
            yield np.asarray(picture.convert("RGB"), np.uint8)
    if not files:
        yield from (drawing(style) for style in (*STYLES.values(), LINE_ART))


def _row(picture: np.ndarray, finder: FaceFinder) -> np.ndarray | None:
    """What was measured, then POSES; None where there is nothing to move."""
    found = find_drawn(picture, finder, finder.find(picture))
    if found is None:
        print("taken for a photo, or no face")
        return None
    face, measured = found
    try:
        *_, built = portrait.build(picture, face, whole(measured), SIZE_PX)
    except ImageRejected as error:
        print(error)
        return None
    assert isinstance(built, Portrait)
    canvas = Canvas(built.rig, SIZE_PX)
    frames = (canvas.draw(pose_values(named))[HEAD] for named in POSES.values())
    return np.hstack([_cell(overlay(measured)), *map(_cell, frames)])


def _cell(pixels: np.ndarray) -> np.ndarray:
    small = cv2.resize(
        np.ascontiguousarray(pixels), (CELL_PX, CELL_PX), interpolation=cv2.INTER_AREA
    )
    return np.asarray(small, np.uint8)


if __name__ == "__main__":
    main(sys.argv[1:])
