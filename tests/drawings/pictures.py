"""Anime-like faces, drawn here: large eyes, mouths that are a line."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.crop import FaceCrop
from avatar_serving.faces.region import Region
from avatar_serving.faces.topology import CHIN, LEFT_EYE, LIPS_OUTER, OVAL, RIGHT_EYE

Colour = tuple[int, int, int]
SIDE, FINE = 768, 2
EYE_LEVEL, MOUTH_LEVEL, EYES_APART = 0.5, 0.635, 0.095
"""Of the side; the eyes are so far from the middle."""
FULL = 360.0
STRAND_TIP = (0.415, 0.59)
PAPER: Colour = (200, 222, 235)


@dataclass(frozen=True, slots=True)
class Style:
    eye: tuple[float, float] = (0.062, 0.075)
    """Half width and half height of an eye, over the side."""
    mouth: str = "line"
    """line, cat, open, kiss, lips or none."""
    fringe: bool = True
    skin: Colour = (255, 226, 208)
    hair: Colour = (86, 62, 120)
    iris: Colour = (60, 120, 200)
    winks: bool = False
    strand: bool = False
    """One hangs from the fringe over the eye on the image's left."""


STYLES = {
    "large eyes, line": Style(),
    "wide eyes, open": Style((0.07, 0.05), "open", hair=(200, 160, 90), iris=(160, 70, 60)),
    "small eyes, lips": Style(
        (0.045, 0.035), "lips", False, (236, 190, 160), (60, 45, 40), (70, 50, 40)
    ),
    "large eyes, cat's mouth": Style(mouth="cat", hair=(240, 150, 180), iris=(60, 160, 110)),
    "dark skin": Style((0.07, 0.05), "line", False, (150, 100, 76), (30, 26, 30), (60, 40, 30)),
}


class _Pen:
    def __init__(self) -> None:
        self.side = SIDE * FINE
        self.paper = np.full((self.side, self.side, 3), PAPER, np.uint8)

    def area(self, colour: Colour, *points: tuple[float, float]) -> None:
        cv2.fillPoly(self.paper, [self._pixels(points)], colour, cv2.LINE_AA)

    def line(self, colour: Colour, width: float, *points: tuple[float, float]) -> None:
        thick = max(1, round(width * self.side))
        cv2.polylines(self.paper, [self._pixels(points)], False, colour, thick, cv2.LINE_AA)

    def ellipse(
        self, colour: Colour, middle: tuple[float, float], half: tuple[float, float],
        width: float = 0, arc: tuple[float, float] = (0, FULL),
    ) -> None:  # fmt: skip
        """Filled, unless there is a line's *width*."""
        x, y = (round(v * self.side) for v in middle)
        a, b = (round(v * self.side) for v in half)
        thick = max(1, round(width * self.side)) if width else -1
        cv2.ellipse(self.paper, (x, y), (a, b), 0, *arc, colour, thick, cv2.LINE_AA)

    def _pixels(self, points: tuple[tuple[float, float], ...]) -> NDArray[np.int32]:
        return np.round(np.array(points) * self.side).astype(np.int32)


def outline() -> list[tuple[float, float]]:
    """Of the face, from its left temple over the chin, and back over the forehead."""
    turn = np.linspace(0, np.pi, 60)
    narrow = 0.19 * np.cos(turn) * (1 - 0.25 * np.sin(turn) ** 3)
    jaw = zip(0.5 - narrow, 0.45 + 0.27 * np.sin(turn) ** 1.15, strict=True)
    top = zip(0.5 + 0.19 * np.cos(turn), 0.45 - 0.22 * np.sin(turn), strict=True)
    return [(float(x), float(y)) for x, y in (*jaw, *top)]


def drawing(style: Style = Style()) -> NDArray[np.uint8]:
    """(768, 768, 3)."""
    pen = _Pen()
    pen.ellipse(style.hair, (0.5, 0.43), (0.27, 0.33))
    pen.area(style.hair, (0.25, 0.45), (0.22, 0.95), (0.78, 0.95), (0.75, 0.45))
    shadow = (int(style.skin[0] * 0.88), int(style.skin[1] * 0.88), int(style.skin[2] * 0.88))
    pen.area(shadow, (0.44, 0.6), (0.56, 0.6), (0.57, 0.86), (0.43, 0.86))
    pen.area((70, 80, 110), (0.2, 1), (0.28, 0.86), (0.43, 0.82), (0.57, 0.82), (0.72, 0.86),
             (0.8, 1))  # fmt: skip
    pen.area(style.skin, *outline())
    pen.line((120, 80, 80), 0.004, *outline()[:60])
    for side in (-1, 1):
        _eye(pen, style, side)
    pen.line((190, 130, 120), 0.004, (0.5, 0.585), (0.503, 0.592))
    _mouth(pen, style.mouth)
    if style.fringe:
        pen.area(style.hair, (0.29, 0.5), (0.3, 0.3), (0.4, 0.2), (0.6, 0.2), (0.7, 0.3),
                 (0.71, 0.5), (0.665, 0.4), (0.6, 0.3), (0.585, 0.395), (0.52, 0.3), (0.48, 0.4),
                 (0.42, 0.31), (0.4, 0.39), (0.345, 0.38))  # fmt: skip
    if style.strand:
        pen.area(style.hair, (0.37, 0.3), (0.395, 0.3), STRAND_TIP)
    size = (SIDE, SIDE)
    return np.asarray(cv2.resize(pen.paper, size, interpolation=cv2.INTER_AREA), np.uint8)


def _eye(pen: _Pen, style: Style, side: int) -> None:
    width, height = style.eye
    middle = x, y = 0.5 + side * EYES_APART, EYE_LEVEL
    ink = (50, 30, 40)
    pen.ellipse(ink, (x, y - height - 0.02), (width * 0.95, 0.03), 0.007, (205, 335))
    if style.winks and side < 0:
        pen.ellipse(ink, middle, (width, 0.01), 0.008, (0, 180))
        return
    deep = (style.iris[0] // 3, style.iris[1] // 3, style.iris[2] // 3)
    pen.ellipse((255, 255, 255), middle, style.eye)
    pen.ellipse(style.iris, (x, y + 0.005), (width * 0.66, height * 0.93))
    pen.ellipse(deep, (x, y + 0.005), (width * 0.36, height * 0.5))
    pen.ellipse((255, 255, 255), (x - width / 4, y - height * 0.4), (width / 5, height / 5))
    pen.ellipse(ink, middle, (width * 1.05, height * 1.02), 0.012, (195, 345))
    pen.ellipse((120, 70, 80), middle, (width * 0.9, height * 1.02), 0.003, (50, 130))


def _mouth(pen: _Pen, kind: str) -> None:
    ink = (120, 50, 55)
    if kind == "line":
        pen.ellipse(ink, (0.5, 0.632), (0.035, 0.012), 0.004, (20, 160))
    elif kind == "cat":
        for x in (0.482, 0.518):
            pen.ellipse(ink, (x, 0.634), (0.018, 0.01), 0.004, (0, 180))
    elif kind == "strokes":
        for x in (0.475, 0.525):
            pen.ellipse(ink, (x, 0.634), (0.011, 0.001))
    elif kind == "open":
        pen.ellipse((150, 50, 55), (0.5, 0.64), (0.032, 0.026))
        pen.ellipse((230, 120, 120), (0.5, 0.652), (0.02, 0.012))
        pen.ellipse((90, 40, 40), (0.5, 0.64), (0.032, 0.026), 0.003)
    elif kind == "kiss":
        for y in (0.626, 0.65):
            pen.ellipse(ink, (0.5, y), (0.014, 0.012), 0.004, (-100, 150))
    elif kind == "lips":
        pen.ellipse((205, 100, 105), (0.5, 0.638), (0.04, 0.012))
        pen.ellipse((110, 40, 50), (0.5, 0.638), (0.042, 0.003))


def crop_of(picture: NDArray[np.uint8]) -> FaceCrop:
    """The picture as a crop whose landmarks are about where a model for photos puts them: on the
    outline, near the middles of eyes and mouth."""
    points = np.full((478, 2), 0.5)
    ring = np.array(outline())
    # From the middle of the forehead past the image's right side.
    turns = np.arange(0, 120, 120 / 36).astype(int)
    points[list(OVAL)] = np.roll(ring[::-1], -30, 0)[turns]
    points[CHIN] = 0.5, 0.72
    around = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    small = np.stack([np.cos(around) * 0.03, np.sin(around) * 0.01], 1)
    points[list(RIGHT_EYE)] = small + (0.5 - EYES_APART, EYE_LEVEL - 0.01)
    points[list(LEFT_EYE)] = small + (0.5 + EYES_APART, EYE_LEVEL - 0.01)
    points[list(LIPS_OUTER)] = 0.5, MOUTH_LEVEL + 0.005
    side = len(picture)
    return FaceCrop(
        picture, (points * side).astype(np.float32), Region(side / 2, side / 2, side, 0)
    )
