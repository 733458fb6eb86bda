"""Change a portrait's look with small networks: restore, redraw, paint, new background."""

from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.matte import person_matte
from avatar_serving.flow import in_thread
from avatar_serving.images import from_array, to_array
from avatar_serving.media import Image, Look, Progress, StyliseRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.stylise.anime import AnimeArtist
from avatar_serving.stages.stylise.backdrop import change_background, check_background
from avatar_serving.stages.stylise.canvas import Canvas, make_canvas, mix
from avatar_serving.stages.stylise.choices import DrawingChoices
from avatar_serving.stages.stylise.painting import PAINTINGS, Imitator, Painter
from avatar_serving.stages.stylise.restore import Restorer


class ClassicStyliseConfig(StageConfig):
    engine: Literal["classic"] = "classic"
    threads: int = Field(default=1, ge=1)
    """More are faster only where cores are idle: they wait for each other by spinning."""
    restore_face_px: int = Field(default=112, ge=0, le=256, multiple_of=2)
    """Side of the square of the face that the slow restoration network sees. Its time grows with
    the square of this: 112 takes about 3 s of one core. 0 leaves that network out."""

    paintings: bool = True
    """Offer the painting styles. Their network's licence is not known for certain, so that
    AVATAR_LICENCE=commercial refuses it: set this to false there."""

    weights: ClassVar[tuple[str, ...]] = (
        "face-detector", "face-landmarks", "face-blendshapes", "face-geometry",
        "selfie-segmentation", "realesr-animevideov3.param", "realesr-animevideov3.bin",
        "realesrgan-x4plus.param", "realesrgan-x4plus.bin",
        "style-predict", "style-transform",
    )  # fmt: skip

    def build(self) -> "ClassicStylise":
        return ClassicStylise(self)

    def required_weights(self) -> tuple[str, ...]:
        return (*self.weights, *(("style-multi",) if self.paintings else ()))

    def styles(self) -> tuple[tuple[str, str], ...]:
        """What `Look.style` can be: (id, name for people). Besides these, image with a picture."""
        offered = PAINTINGS if self.paintings else {}
        paintings = ((style, title) for style, (_, title) in offered.items())
        return ("none", "Photo"), ("anime", "Anime"), *paintings

    def drawing_choices(self) -> DrawingChoices | None:
        """None: this engine does not draw by words."""
        return None


class ClassicStylise:
    def __init__(self, config: ClassicStyliseConfig) -> None:
        self._styles = [style for style, _ in config.styles()]
        self._finder = FaceFinder()
        self._restorer = Restorer(config.threads, config.restore_face_px)
        self._anime = AnimeArtist(config.threads)
        self._painter = Painter(config.threads)
        self._imitator = Imitator(config.threads)

    def run(self, request: StyliseRequest, /) -> AsyncGenerator[Progress | Image, None]:
        return in_thread(self._change(request))

    def _change(self, request: StyliseRequest) -> Generator[Progress | Image, None, None]:
        look = request.look
        self._check(look)
        if look == Look():
            yield request.image
            return
        yield Progress("stylise", 0.02, "Cutting out head and shoulders")
        canvas = make_canvas(to_array(request.image), self._finder)
        matte = person_matte(canvas.rgb)
        if look.restore and look.style != "anime":  # which redraws everything anyway
            canvas = yield from self._restore(canvas)
        if look.style != "none":
            yield Progress("stylise", 0.7, "Drawing" if look.style == "anime" else "Painting")
            canvas = replace(canvas, rgb=self._keep_face(canvas, self._restyle(canvas, look)))
        yield Progress("stylise", 0.9, "Changing the background")
        yield from_array(change_background(canvas.rgb, matte, look))

    def _check(self, look: Look) -> None:
        if look.drawing is not None:
            raise InvalidRequest("only the engine diffusion draws by words", "look.drawing")
        if look.style == "image" and look.style_image is None:
            raise InvalidRequest("style image needs a style_image", "look.style_image")
        if look.style not in (*self._styles, "image"):
            known = ", ".join((*self._styles, "image"))
            raise InvalidRequest(f"no style {look.style!r}; there are: {known}", "look.style")
        if not 0 <= look.strength <= 1:
            raise InvalidRequest("strength is from 0 to 1", "look.strength")
        check_background(look)

    def _restore(self, canvas: Canvas) -> Generator[Progress, None, Canvas]:
        yield Progress("stylise", 0.1, "Restoring detail")
        work = self._restorer.run(canvas)
        while True:
            try:
                done = next(work)
            except StopIteration as end:
                restored: Canvas = end.value
                return restored
            yield Progress("stylise", 0.1 + 0.6 * done, "Restoring detail")

    def _restyle(self, canvas: Canvas, look: Look) -> NDArray[np.uint8]:
        if look.style == "anime":
            return self._anime.draw(canvas)
        if look.style == "image" and look.style_image is not None:
            return self._imitator.paint(canvas, look.style_image, look.strength)
        return self._painter.paint(canvas, look.style, look.strength)

    def _keep_face(self, canvas: Canvas, styled: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """*styled*, or so much less of it that the face can still be found in it."""
        for share in (1.0, 0.7, 0.4):
            mixed = mix(canvas.rgb, styled, share)
            if self._finder.find(mixed):
                return mixed
        raise StageFailed("stylise", "the face is lost in this style; choose another")
