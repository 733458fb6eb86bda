"""Accept every picture. For tests, and for services that review elsewhere."""

from collections.abc import AsyncGenerator
from typing import Literal

from avatar_serving.media import Check, Image, Review
from avatar_serving.stages.base import StageConfig


class AcceptReviewConfig(StageConfig):
    engine: Literal["accept"] = "accept"

    def build(self) -> "AcceptReview":
        return AcceptReview()


class AcceptReview:
    async def run(self, request: Image, /) -> AsyncGenerator[Review, None]:
        yield Review((Check("decodable", 1.0, "good", "The picture can be read."),))
