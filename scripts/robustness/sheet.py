"""docs/pictures/robustness.jpg: spoilt pictures, and what became of each."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scripts.robustness.degrade import Pixels
from scripts.robustness.trial import LOOKS, Outcome

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "robustness.jpg"
SHOWN = ("open, smiling", "blink", "turned")
"""Of LOOKS."""
CELL_PX, BAR_PX, COLUMNS = 112, 18, 2
LINE_CHARS = 46


def draw_sheet(what: Sequence[str], spoilt: Sequence[Pixels], outcomes: Sequence[Outcome]) -> None:
    """Each picture beside its avatar in SHOWN, or beside what was said instead of one."""
    rows = -(-len(what) // COLUMNS)
    wide, high = CELL_PX * (1 + len(SHOWN)) + 8, CELL_PX + BAR_PX
    sheet = Image.new("RGB", (COLUMNS * wide, rows * high), "white")
    draw = ImageDraw.Draw(sheet)
    for i, (name, picture, outcome) in enumerate(zip(what, spoilt, outcomes, strict=True)):
        x, y = i // rows * wide, i % rows * high
        draw.text((x + 2, y + 2), name, "black", font_size=12)
        if outcome.refused is not None:
            _place(sheet, picture, x, y + BAR_PX)
            said = "\n".join(textwrap.wrap(str(outcome.refused), LINE_CHARS))
            draw.text((x + CELL_PX + 8, y + BAR_PX + 8), said, "#a02020", font_size=13)
            continue
        looks = dict(zip(LOOKS, outcome.pictures[1:], strict=True))
        for j, one in enumerate((picture, *(looks[name] for name in SHOWN))):
            _place(sheet, one, x + j * CELL_PX, y + BAR_PX)
    sheet.save(PICTURE, quality=80, optimize=True)


def _place(sheet: Image.Image, picture: Pixels, x: int, y: int) -> None:
    small = Image.fromarray(np.ascontiguousarray(picture))
    small.thumbnail((CELL_PX, CELL_PX), Image.Resampling.LANCZOS)
    sheet.paste(small, (x + (CELL_PX - small.width) // 2, y + (CELL_PX - small.height) // 2))
