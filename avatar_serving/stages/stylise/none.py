"""Change nothing. For tests, and for services that do not offer looks."""

from collections.abc import AsyncGenerator
from typing import Literal

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Image, Look, Progress, StyliseRequest
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.stylise.choices import DrawingChoices


class NoStyliseConfig(StageConfig):
    engine: Literal["none"] = "none"

    def build(self) -> "NoStylise":
        return NoStylise()

    def styles(self) -> tuple[tuple[str, str], ...]:
        """What `Look.style` can be: (id, name for people)."""
        return (("none", "Photo"),)

    def drawing_choices(self) -> DrawingChoices | None:
        """None: this engine does not draw by words."""
        return None


class NoStylise:
    async def run(self, request: StyliseRequest, /) -> AsyncGenerator[Progress | Image, None]:
        if request.look != Look():
            raise InvalidRequest("looks cannot be changed here", "look")
        yield request.image
