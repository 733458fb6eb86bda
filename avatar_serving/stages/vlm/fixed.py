"""The same description for every picture. For tests."""

from collections.abc import AsyncGenerator
from typing import Literal

from avatar_serving.media import Description, Glance, Image
from avatar_serving.stages.vlm.base import VlmEngineConfig


class FixedVlmConfig(VlmEngineConfig):
    engine: Literal["fixed"] = "fixed"
    text: str = "A person facing the camera."
    """The description."""

    def build(self) -> "FixedVlm":
        return FixedVlm(self.text)


class FixedVlm:
    def __init__(self, text: str) -> None:
        self._text = text

    async def run(self, request: Image | Glance, /) -> AsyncGenerator[Description, None]:
        yield Description((("subject", "a person"), ("facing", "facing the camera")), self._text)
