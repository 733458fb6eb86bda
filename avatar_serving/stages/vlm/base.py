"""What every engine that describes pictures says of itself."""

from abc import abstractmethod
from typing import ClassVar

from avatar_serving.stages.base import StageConfig, Vlm


class VlmEngineConfig(StageConfig):
    sees: ClassVar[bool] = False
    """A model looks at the picture; otherwise it is only measured."""

    @abstractmethod
    def build(self) -> Vlm: ...
