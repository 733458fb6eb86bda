"""Review a picture before an avatar is made of it: Image -> Review."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.review.accept import AcceptReviewConfig
from avatar_serving.stages.review.measured import MeasuredReviewConfig

ReviewConfig = Annotated[MeasuredReviewConfig | AcceptReviewConfig, Field(discriminator="engine")]
