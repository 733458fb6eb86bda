"""What every engine that describes pictures says of itself."""

from abc import abstractmethod
from typing import ClassVar

from pydantic import Field

from avatar_serving.stages.base import StageConfig, Vlm


class VlmEngineConfig(StageConfig):
    sees: ClassVar[bool] = False
    """A model looks at the picture; otherwise it is only measured."""

    @abstractmethod
    def build(self) -> Vlm: ...


class SeeingVlmConfig(VlmEngineConfig):
    """Of an engine whose model looks at the picture."""

    sees: ClassVar[bool] = True

    longest_px: int = Field(default=1024, ge=64)
    """Larger pictures are made smaller until their longer side is this."""
    answer_tokens: int = Field(default=700, ge=100)
    """Longest description of a portrait; what is longer breaks off and fails."""
