"""A strip of text under the picture: who speaks, and what."""

import textwrap
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from demo.timeline import Caption

HEIGHT = 96
_WIDTH = 512
_LINGER_S = 0.8
_INK, _PAPER = (240, 240, 238), (20, 22, 26)
_NAME_INK = {"You": (126, 196, 255), "Avatar": (255, 196, 120)}
_LETTERS = 58
"""In one line."""


def caption_at(captions: tuple[Caption, ...], at_s: float) -> Caption | None:
    """What is being said, or was just said: the latest that has begun."""
    begun = [c for c in captions if c.begin_s <= at_s]
    if not begun or at_s > begun[-1].end_s + _LINGER_S:
        return None
    return begun[-1]


@lru_cache(maxsize=4)
def strip(caption: Caption | None) -> NDArray[np.uint8]:
    """The strip as a picture (HEIGHT x 512)."""
    picture = Image.new("RGB", (_WIDTH, HEIGHT), _PAPER)
    if caption is not None:
        pen = ImageDraw.Draw(picture)
        name = _NAME_INK.get(caption.speaker, _INK)
        pen.text((16, 10), caption.speaker, fill=name, font=ImageFont.load_default(13))
        lines = textwrap.wrap(caption.text, _LETTERS)
        for i, line in enumerate(lines[:3]):
            pen.text((16, 29 + 20 * i), line, fill=_INK, font=ImageFont.load_default(16))
    return np.asarray(picture)
