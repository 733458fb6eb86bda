"""An avatar's square on a screen of any shape."""

from dataclasses import dataclass, replace

import numpy as np

from avatar_serving.avatars.scene import Scene
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Window

SHORTEST_PX, LONGEST_PX = 64, 1920
_NARROWEST = 0.66
"""Least share of the square's width that is shown: a head with its hair, and some air."""
_LOWEST = 0.85
"""The same of its height; the rest is cut below, for heads reach nearly to the top."""
_ABOVE = 0.35
"""How much of what a video shows above and below the square is above it, where that is known."""


@dataclass(frozen=True, slots=True)
class Framing:
    """All in pixels."""

    width: int
    height: int
    """Of the video."""
    side: int
    """Of the avatar's square."""
    shown: Window
    """The part of the square that is drawn."""
    left: int
    top: int
    """Where that part stands in the video: at the bottom, in the middle, where it does not fill it
    and nothing is known of what is around."""

    @property
    def fills(self) -> bool:
        return (self.shown.width, self.shown.height) == (self.width, self.height)


def framed(width: int, height: int) -> Framing:
    """The square as large as its head allows, cut where the video is narrower.

    Raises:
        InvalidRequest: an odd size, or one out of 64..1920 pixels.
    """
    for side in (width, height):
        if not SHORTEST_PX <= side <= LONGEST_PX or side % 2:
            bounds = f"{SHORTEST_PX}..{LONGEST_PX}"
            raise InvalidRequest(f"width and height must be even, {bounds} pixels", "size")
    side = round(min(width / _NARROWEST, height / _LOWEST, max(width, height)))
    shown = Window(
        left=max(0, side - width) // 2,
        top=0,
        width=min(side, width),
        height=min(side, height),
    )
    return Framing(width, height, side, shown, (width - shown.width) // 2, height - shown.height)


def within(framing: Framing, scene: Scene) -> Framing | None:
    """The same where the whole video is seen in *scene*; None: the scene ends before."""
    scale = framing.side / scene.side
    before = scale * scene.left, scale * scene.top
    sides = scale * scene.picture.shape[1], scale * scene.picture.shape[0]
    gaps = framing.width - framing.shown.width, framing.height - framing.shown.height
    places: list[int] = []
    for gap, first, side, wanted in zip(gaps, before, sides, (0.5, _ABOVE), strict=True):
        after = side - first - framing.side
        if min(first, gap) + min(after, gap) < gap:
            return None
        places.append(int(np.clip(round(wanted * gap), np.ceil(gap - after), np.floor(first))))
    return replace(framing, left=places[0], top=places[1])


def sized(size: str | None, aspect: str | None, height: int | None) -> tuple[int, int]:
    """Width and height from '720x1280', or from '9:16' and a height (512 and square unless given).

    Raises:
        InvalidRequest: a size that cannot be read, or both kinds at once.
    """
    if size is not None:
        if aspect is not None or height is not None:
            raise InvalidRequest("give a size, or an aspect and a height, not both", "size")
        width, high = _pair(size, "x", "size")
        return round(width), round(high)
    across, up = _pair(aspect or "1:1", ":", "aspect")
    high = height or 512
    return 2 * round(high * across / up / 2), high


def _pair(text: str, sign: str, param: str) -> tuple[float, float]:
    try:
        first, second = (float(part) for part in text.lower().split(sign))
    except ValueError:
        first = second = 0.0
    if not (0 < first < 1e5 and 0 < second < 1e5):
        example = {"x": "720x1280", ":": "9:16"}[sign]
        raise InvalidRequest(f"{text!r} is no {param}, such as {example}", param)
    return first, second
