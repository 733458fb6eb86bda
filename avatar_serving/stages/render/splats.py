"""Gaussian splats on one CPU core: the reference for renderers on graphics processors."""

from collections.abc import AsyncGenerator, Generator
from typing import Literal

from pydantic import Field

from avatar_serving.avatars import splat_kernels
from avatar_serving.avatars.splat_canvas import SplatWindow
from avatar_serving.avatars.splat_scene import SplatScene
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.flow import in_thread
from avatar_serving.media import RenderRequest, VideoFrame
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import draw_frames
from avatar_serving.stages.render.kept import Kept


class SplatsRenderConfig(StageConfig):
    engine: Literal["splats"] = "splats"
    max_size_px: int = Field(default=1920, ge=64)
    """Largest side of an avatar's square; a frame shows all or a part of it."""
    kept_scenes: int = Field(default=4, ge=1)
    """Opened packages kept in memory, about 30 MB each."""
    splats_across: int = Field(default=180, ge=20, le=400)
    """How many splats lie side by side along the image square, on a portrait's head."""

    def build(self) -> "SplatsRender":
        return SplatsRender(self)


class SplatsRender:
    def __init__(self, config: SplatsRenderConfig) -> None:
        self._config = config
        self._scenes = Kept(config.kept_scenes, self._opened)
        splat_kernels.warm_up()

    def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        return in_thread(self._render(request))

    def _render(self, request: RenderRequest) -> Generator[VideoFrame, None, None]:
        scene = self._scenes(request.package)
        yield from draw_frames(
            request,
            self._config.max_size_px,
            lambda window, behind: SplatWindow(scene, request.size, window, behind),
        )

    def _opened(self, content: bytes) -> SplatScene:
        return load_scene(content, 1 / self._config.splats_across)
