"""Describe a portrait, or what a camera shows: Image | Glance -> Description."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.vlm.composite import CompositeVlmConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig
from avatar_serving.stages.vlm.openai import OpenAiVlmConfig
from avatar_serving.stages.vlm.transformers_vision import TransformersVlmConfig
from avatar_serving.stages.vlm.vllm_vision import VllmVlmConfig

VlmConfig = Annotated[
    CompositeVlmConfig | VllmVlmConfig | TransformersVlmConfig | OpenAiVlmConfig | FixedVlmConfig,
    Field(discriminator="engine"),
]
