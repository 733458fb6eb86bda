"""Change how a portrait looks before it becomes an avatar: StyliseRequest -> Progress, Image."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.stylise.classic import ClassicStyliseConfig
from avatar_serving.stages.stylise.diffusion import DiffusionStyliseConfig
from avatar_serving.stages.stylise.none import NoStyliseConfig

StyliseConfig = Annotated[
    ClassicStyliseConfig | DiffusionStyliseConfig | NoStyliseConfig, Field(discriminator="engine")
]
