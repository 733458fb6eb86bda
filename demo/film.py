"""The conversation as a film: the avatar, captions below, both voices."""

from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import numpy as np

from avatar_serving.media import RenderRequest
from avatar_serving.stages.base import Render
from avatar_serving.video import FilmWriter, Sound
from demo.captions import caption_at, strip
from demo.timeline import FPS, RATE, Timeline

_SIDE = 512
_NEWS_S = 10


async def write_film(
    path: Path, package: bytes, timeline: Timeline, render: Render, say: Callable[[str], None]
) -> float:
    """Draw and encode; give the film's seconds."""
    captions = timeline.captions()
    sound = Sound(timeline.sound().tobytes(), RATE, channels=2)
    request = RenderRequest(package, timeline.frames(), _SIDE)
    with FilmWriter(path, FPS, sound) as film:
        async with aclosing(render.run(request)) as frames:
            async for frame in frames:
                picture = np.frombuffer(frame.image.rgb, np.uint8).reshape(_SIDE, _SIDE, 3)
                film.add(np.concatenate([picture, strip(caption_at(captions, frame.at_s))]))
                if film.seconds % _NEWS_S == 0:
                    say(f"  {film.seconds:.0f} of {timeline.count / FPS:.0f} s drawn")
    return film.seconds
