"""A look as what a diffusion model does one after the other: the person, then the scene behind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.matte import person_matte
from avatar_serving.media import Drawing, Look
from avatar_serving.stages.stylise.diffuser import Sketch
from avatar_serving.stages.stylise.wording import (
    KEEP,
    Language,
    Words,
    words_for_person,
    words_for_scene,
)

Pass: TypeAlias = Callable[[NDArray[np.uint8], Look], Sketch]
"""What to do with the picture so far, (side, side, 3)."""


@dataclass(frozen=True, slots=True)
class Sketcher:
    """With what a request need not say."""

    language: Language
    steps: int
    guidance: float

    def passes(self, look: Look) -> list[Pass]:
        """Those that *look* asks for; none where only the background is to be filled."""
        drawing = look.drawing or Drawing()
        neither = replace(drawing, scene=KEEP, negative="", steps=0, guidance=-1.0, seed=0)
        person = neither != Drawing() or look.style != "none"
        both = (self.person, person), (self.scene, drawing.scene != KEEP)
        return [make for make, wanted in both if wanted]

    def person(self, rgb: NDArray[np.uint8], look: Look) -> Sketch:
        """The whole of *rgb* (side, side, 3) drawn again as *look* has the person."""
        sketch = self._sketch(rgb, words_for_person(look, self.language), look)
        pose = (look.drawing or Drawing()).pose
        return replace(sketch, strength=look.strength, keep_pose=pose == KEEP)

    def scene(self, rgb: NDArray[np.uint8], look: Look) -> Sketch:
        """What is behind the person in *rgb* (side, side, 3) drawn anew."""
        behind = (1 - person_matte(rgb)).astype(np.float32)
        sketch = self._sketch(rgb, words_for_scene(look, self.language), look)
        return replace(sketch, repaint=behind, keep_pose=False)

    def _sketch(self, rgb: NDArray[np.uint8], words: Words, look: Look) -> Sketch:
        drawing = look.drawing or Drawing()
        return Sketch(
            rgb, words, strength=1.0,
            steps=drawing.steps or self.steps,
            guidance=self.guidance if drawing.guidance < 0 else drawing.guidance,
            seed=drawing.seed, adapter=drawing.adapter,
        )  # fmt: skip
