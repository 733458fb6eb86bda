"""A portrait as it would look: what is seen before an avatar is made of it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from avatar_serving.errors import StageFailed
from avatar_serving.flow import last
from avatar_serving.media import Image, Look, Progress, StyliseRequest
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.base import ReviewStage, Stylise
from pipelines.create_avatar import accept, person_of


@dataclass(frozen=True, slots=True)
class RestyleRequest:
    image: Image
    look: Look
    consent: Consent
    face: int = 0
    """Which of several faces, 1 being the leftmost; 0: the picture is of one person."""


async def restyle(
    review: ReviewStage, stylise: Stylise, request: RestyleRequest
) -> AsyncGenerator[Progress | Image, None]:
    """The steps, and at last the picture.

    Raises:
        ImageRejected: the photo cannot become an avatar, or the drawing is withheld; says why.
        InvalidRequest: no consent was given, there is no such face, or the look is not on offer.
    """
    request.consent.check()
    yield Progress("review", 0.0, "Looking at the picture")
    image = await person_of(review, request.image, request.face)
    accept(await last(review.run(image)))
    drawn: Image | None = None
    wanted = StyliseRequest(image, request.look)
    async with aclosing(stylise.run(wanted)) as items:
        async for item in items:
            if isinstance(item, Progress):
                yield item
            else:
                drawn = item
    if drawn is None:
        raise StageFailed("stylise", "ended without a picture")
    yield drawn
