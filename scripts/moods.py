"""Draw the moods for docs/animation.md: at rest, in an open vowel, with lips closed on an m.

python -m scripts.moods AVATAR.zip [OUT.jpg]
"""

import asyncio
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.flow import collect
from avatar_serving.media import EMOTIONS, AnimateRequest, Emotion, FaceFrame, Mood, Phone
from avatar_serving.stages.animate import PhonesConfig

_PHONES = (Phone("ˈɑ", 0.9, 1.15), Phone("m", 1.15, 1.3), Phone("ɑ", 1.3, 1.5))
_MOMENTS_S = {"pause": 0.5, "a": 1.033, "m": 1.233}
_SIZE_PX, _TILE_PX, _BAR_PX = 360, 176, 18
_FACE = (0.28, 0.22, 0.72, 0.66)
"""The part of a frame that is shown: left, top, right, bottom."""


async def faces(emotion: Emotion) -> list[FaceFrame]:
    """One frame for each of _MOMENTS_S."""
    request = AnimateRequest(2.0, _PHONES, mood=Mood(emotion, 1.0), seed=3)
    frames = await collect(PhonesConfig(fps=30).build().run(request))
    return [frames[round(at_s * 30)] for at_s in _MOMENTS_S.values()]


def sheet(content: bytes) -> Image.Image:
    """A column for each emotion, a row for each moment."""
    canvas = Canvas(package.load(content), _SIZE_PX)
    high = _TILE_PX * len(_MOMENTS_S) + _BAR_PX
    picture = Image.new("RGB", (_TILE_PX * len(EMOTIONS), high), "white")
    for i, emotion in enumerate(EMOTIONS):
        for j, frame in enumerate(asyncio.run(faces(emotion))):
            drawn = Image.fromarray(canvas.draw(frame.values))
            left, top, right, bottom = (share * _SIZE_PX for share in _FACE)
            tile = drawn.resize(
                (_TILE_PX, _TILE_PX), Image.Resampling.LANCZOS, (left, top, right, bottom)
            )
            picture.paste(tile, (i * _TILE_PX, j * _TILE_PX))
        at = (i * _TILE_PX + 6, _TILE_PX * len(_MOMENTS_S) + 2)
        ImageDraw.Draw(picture).text(at, emotion, fill="black", font_size=13)
    return picture


if __name__ == "__main__":
    out = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/pictures/moods.jpg")
    sheet(Path(sys.argv[1]).read_bytes()).save(out, quality=82)
