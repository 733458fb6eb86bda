"""A portrait in, an avatar package out, with progress on the way."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from avatar_serving import images
from avatar_serving.avatars import package
from avatar_serving.errors import ImageRejected, InvalidRequest, StageFailed
from avatar_serving.faces.among import cut_out
from avatar_serving.flow import collect, last
from avatar_serving.media import (
    ChatRequest,
    Description,
    Image,
    Look,
    Progress,
    ReconstructRequest,
    Review,
    StyliseRequest,
)
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.base import Llm, Reconstruct, ReviewStage, Stage, Stylise, Vlm
from avatar_serving.stages.vlm.prompt import describe_prompt, translate_prompt
from avatar_serving.stages.vlm.wording_zh import sentence

T = TypeVar("T")
Tongue = Literal["en", "zh"]


@dataclass(frozen=True, slots=True)
class CreateStages:
    review: ReviewStage
    vlm: Vlm
    llm: Llm
    stylise: Stylise
    reconstruct: Reconstruct


@dataclass(frozen=True, slots=True)
class CreateRequest:
    image: bytes = field(repr=False)
    """An encoded picture: JPEG, PNG, WebP ..."""
    name: str
    consent: Consent
    voice: str
    look: Look = Look()
    persona: str = ""
    description: str = ""
    """If given, the picture is not described again."""
    language: Tongue = "en"
    """Of the description."""
    limits: images.ImageLimits = images.ImageLimits()
    face: int = 0
    """Which of several faces, 1 being the leftmost; 0: the picture is of one person."""
    more: tuple[bytes, ...] = field(default=(), repr=False)
    """Further pictures of the same person, for engines that look at several."""


@dataclass(frozen=True, slots=True)
class Created:
    package: bytes = field(repr=False)


CreateItem = Progress | Review | Description | Created


async def create_avatar(
    stages: CreateStages, request: CreateRequest
) -> AsyncGenerator[CreateItem, None]:
    """Make an avatar.

    Raises:
        ImageRejected: the picture cannot become an avatar; says why and what would.
        InvalidRequest: no consent was given; there is no such face; or several pictures, and one
            to be changed.
    """
    request.consent.check()
    if request.more and request.look != Look():
        raise InvalidRequest("several pictures are taken as they are: leave out the look", "look")
    yield Progress("decode", 0.01, "Opening the picture")
    image = images.decode(request.image, request.limits)
    image = await person_of(stages.review, image, request.face)
    yield Progress("review", 0.04, "Looking at the picture")
    review = await last(stages.review.run(image))
    # Also of a picture that is refused: it shows what was looked at.
    yield review
    accept(review)
    more = [await _accepted(stages.review, picture, request.limits) for picture in request.more]
    yield Progress("describe", 0.12, "Describing the person")
    made, description = b"", None
    # Beside the work on the picture, of which nothing waits for words.
    describing = asyncio.ensure_future(_described(stages, image, request))
    try:
        async with aclosing(_built(stages, request, image, more)) as items:
            async for item in items:
                if description is None and describing.done():
                    yield (description := describing.result())
                if isinstance(item, Progress):
                    yield item
                else:
                    made = item
        if description is None:
            yield (description := await describing)
    finally:
        describing.cancel()
        await asyncio.gather(describing, return_exceptions=True)
    yield Progress("package", 0.98, "Packing the avatar")
    yield Created(_with_details(made, request, description))


async def _described(stages: CreateStages, image: Image, request: CreateRequest) -> Description:
    if request.description:
        return Description((), request.description)
    return await describe(stages.vlm, stages.llm, image, request.language)


async def _built(
    stages: CreateStages, request: CreateRequest, image: Image, more: Sequence[Image]
) -> AsyncGenerator[Progress | bytes, None]:
    """At last the package."""
    if request.look != Look():
        async for item in _work(stages.stylise, StyliseRequest(image, request.look), 0.2, 0.5):
            if isinstance(item, Progress):
                yield item
            else:
                image = item
    made = b""
    wanted = ReconstructRequest(image, more=tuple(more))
    async for item in _work(stages.reconstruct, wanted, 0.5, 0.97):
        if isinstance(item, Progress):
            yield item
        else:
            made = item
    if not made:
        raise StageFailed("reconstruct", "ended without an avatar")
    yield made


def accept(review: Review) -> None:
    """Raises:
    ImageRejected: the picture cannot become an avatar; says why.
    """
    if (refused := review.refused) is not None:
        raise ImageRejected(refused.name, refused.reason)


async def person_of(review: ReviewStage, image: Image, face: int) -> Image:
    """The part of the picture with that face, 1 being the leftmost; with 0, all of it.

    Raises InvalidRequest: there are not so many.
    """
    if not face:
        return image
    return cut_out(image, (await last(review.run(image))).faces, face)


async def _accepted(review: ReviewStage, picture: bytes, limits: images.ImageLimits) -> Image:
    """Raises ImageRejected."""
    image = images.decode(picture, limits)
    accept(await last(review.run(image)))
    return image


async def describe(vlm: Vlm, llm: Llm, image: Image, language: Tongue = "en") -> Description:
    """What the picture shows, in *language*. What the VLM stage only measured, the LLM puts into an
    English sentence; a model that has seen it wrote its own, which the LLM may translate."""
    measured = await last(vlm.run(image))
    if language == "zh" and (known := sentence(measured.facts)):
        return replace(measured, text=known)
    if language == "en" and (measured.prompts or not measured.facts):
        return measured
    asked = translate_prompt(measured.text) if language == "zh" else describe_prompt(measured)
    prompt = ChatRequest(asked, max_tokens=120, temperature=0.2, seed=0)
    written = "".join(delta for delta in await collect(llm.run(prompt)) if isinstance(delta, str))
    text = " ".join(written.split())
    return replace(measured, text=text or measured.text)


async def _work(
    stage: Stage[Any, Progress | T], request: Any, low: float, high: float
) -> AsyncGenerator[Progress | T, None]:
    """Run a stage whose own progress 0..1 becomes *low*..*high* of the whole."""
    async with aclosing(stage.run(request)) as items:
        async for item in items:
            if isinstance(item, Progress):
                yield replace(item, fraction=low + (high - low) * item.fraction)
            else:
                yield item


def _with_details(made: bytes, request: CreateRequest, description: Description) -> bytes:
    return package.with_details(
        made,
        name=request.name,
        description=description.text,
        voice=request.voice,
        persona=request.persona,
        consent=request.consent.model_dump(mode="json"),
    )
