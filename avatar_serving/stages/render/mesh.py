"""Textured triangles in layers, on one CPU core. Avatars that are splats are drawn as such."""

from collections.abc import AsyncGenerator, Generator
from typing import Literal

from pydantic import Field

from avatar_serving.avatars.canvas import warm_up
from avatar_serving.avatars.drawing import canvases
from avatar_serving.flow import in_thread
from avatar_serving.media import RenderRequest, VideoFrame
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.render.drawing import draw_frames
from avatar_serving.stages.render.kept import Kept


class MeshRenderConfig(StageConfig):
    engine: Literal["mesh"] = "mesh"
    max_size_px: int = Field(default=1920, ge=64)
    """Largest side of an avatar's square; a frame shows all or a part of it."""
    kept_rigs: int = Field(default=4, ge=1)
    """Opened packages kept in memory, about 10 MB each."""

    def build(self) -> "MeshRender":
        return MeshRender(self)


class MeshRender:
    def __init__(self, config: MeshRenderConfig) -> None:
        self._config = config
        self._rigs = Kept(config.kept_rigs, canvases)
        warm_up()

    def run(self, request: RenderRequest, /) -> AsyncGenerator[VideoFrame, None]:
        return in_thread(self._render(request))

    def _render(self, request: RenderRequest) -> Generator[VideoFrame, None, None]:
        canvas = self._rigs(request.package)
        yield from draw_frames(
            request,
            self._config.max_size_px,
            lambda window, behind: canvas(request.size, window, behind),
        )
