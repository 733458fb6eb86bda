"""Draw frames of an avatar: RenderRequest -> VideoFrame ..."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.render.flashhead import FlashheadConfig
from avatar_serving.stages.render.flat import FlatRenderConfig
from avatar_serving.stages.render.gsplat import GsplatRenderConfig
from avatar_serving.stages.render.latent_mouth import LatentMouthConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig
from avatar_serving.stages.render.splats import SplatsRenderConfig

RenderConfig = Annotated[
    MeshRenderConfig
    | SplatsRenderConfig
    | GsplatRenderConfig
    | LatentMouthConfig
    | FlashheadConfig
    | FlatRenderConfig,
    Field(discriminator="engine"),
]
