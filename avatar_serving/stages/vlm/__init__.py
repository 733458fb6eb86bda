"""Describe a portrait: Image -> Description."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.vlm.composite import CompositeVlmConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig

VlmConfig = Annotated[CompositeVlmConfig | FixedVlmConfig, Field(discriminator="engine")]
