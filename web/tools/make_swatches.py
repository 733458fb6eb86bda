"""Paint the studio's style thumbnails with the styles themselves. Run it when styles change:

.venv/bin/python web/tools/make_swatches.py
"""

import asyncio
from contextlib import aclosing
from pathlib import Path

import PIL.Image
from skimage import data

from avatar_serving.media import Image, Look, StyliseRequest
from avatar_serving.stages.stylise.classic import ClassicStylise, ClassicStyliseConfig

SWATCHES = Path(__file__).parents[1] / "src/studio/swatches"
SIDE = 168
"""Pixels: twice what the page shows, for sharp screens."""
FACE = (0.24, 0.08, 0.76, 0.60)
"""Left, top, right, bottom of what is shown, as shares of the painted square."""


async def paint(artist: ClassicStylise, portrait: Image, style: str) -> Image:
    painted = portrait
    request = StyliseRequest(portrait, Look(style=style, strength=0.85))
    async with aclosing(artist.run(request)) as items:
        async for item in items:
            if isinstance(item, Image):
                painted = item
    return painted


def save(image: Image, path: Path) -> None:
    picture = PIL.Image.frombytes("RGB", (image.width, image.height), image.rgb)
    left, top, right, bottom = FACE
    box = (left * image.width, top * image.height, right * image.width, bottom * image.height)
    small = picture.resize((SIDE, SIDE), PIL.Image.Resampling.LANCZOS, box)
    small.save(path, quality=78, method=6)


async def main() -> None:
    config = ClassicStyliseConfig()
    artist = config.build()
    pixels = data.astronaut()[:, :].copy()  # NASA, public domain
    portrait = Image(pixels.tobytes(), pixels.shape[1], pixels.shape[0])
    for style, _ in config.styles():
        if style != "none":
            save(await paint(artist, portrait, style), SWATCHES / f"{style}.webp")


if __name__ == "__main__":
    SWATCHES.mkdir(exist_ok=True)
    asyncio.run(main())
