"""Draw frames of an avatar: RenderRequest -> VideoFrame ..."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.render.flat import FlatRenderConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig

RenderConfig = Annotated[MeshRenderConfig | FlatRenderConfig, Field(discriminator="engine")]
