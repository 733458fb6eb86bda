"""An engine that draws by words, scripted: the real settings, and a few lines of drawing."""

import asyncio

import numpy as np

from avatar_serving.config import load_profile
from avatar_serving.errors import ImageRejected
from avatar_serving.images import from_array, to_array
from avatar_serving.media import Likeness, Progress
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig

UNSAFE, UNLIKE = "unsafe", "somebody else"
"""Prompts that it does not like, and of which another person comes."""


def drawing_profile(**options):
    engine = DiffusionStyliseConfig(**({"device": "cpu", "side_px": 64} | options))
    return load_profile("test").model_copy(update={"stylise": engine})


class Scripted:
    """Tints the picture by the seed, in as many steps as it is asked for."""

    def __init__(self, step_s=0.0):
        self.asked = []
        self._step_s = step_s

    async def run(self, request, /):
        self.asked.append(request.look)
        drawing = request.look.drawing
        steps = (drawing.steps if drawing else 0) or 4
        for step in range(1, steps + 1):
            await asyncio.sleep(self._step_s)
            yield Progress("stylise", step / (steps + 1), f"Drawing, step {step} of {steps}")
        prompt = drawing.prompt if drawing else ""
        if prompt == UNSAFE:
            raise ImageRejected("nsfw", "The drawing is not safe for work; try other words.")
        kept = prompt != UNLIKE
        said = "It still looks like the photo" if kept else "This looks like another person"
        yield Likeness("stylise", 0.95, said, 0.31 if kept else 0.72, kept)
        tint = np.array([(drawing.seed if drawing else 0) % 200, 40, 90])
        yield from_array((to_array(request.image) * 0.6 + tint * 0.4).astype(np.uint8))
