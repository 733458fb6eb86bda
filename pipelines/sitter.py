"""Who is filmed: an avatar that a command names, opened, and what may be said with it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

from avatar_serving import images
from avatar_serving.cli.files import content_of
from avatar_serving.config import Profile
from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.flow import last
from avatar_serving.media import ChatDelta, ChatRequest, ReconstructRequest
from avatar_serving.rails import Guard, Rails
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.reconstruct import most_pictures
from avatar_serving.store.opened import opened_store, stored_package
from pipelines.create_avatar import accept, person_of

CONSENTED = "Stated on the command line: the person in the picture agrees to this avatar."


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who is filmed."""

    avatar: str
    """An id, a package or a picture."""
    consent: bool
    more: Sequence[Path]
    """Further pictures."""
    face: int = 0
    """Which of several in the picture, 1 being the leftmost; 0: it is of one person."""


async def opened(sitter: Sitter, profile: Profile) -> bytes:
    """An avatar package: a file, made of a portrait, or of the store.

    Raises InvalidRequest: a portrait without consent or without that face, or a face of a package.
    """
    avatar = Path(sitter.avatar)
    packed = avatar.suffix.lower() == ".zip"
    if not packed and await asyncio.to_thread(avatar.is_file):
        Consent(agreed=sitter.consent, statement=CONSENTED).check()
        return await _created(sitter, profile)
    if sitter.face:
        raise InvalidRequest("an avatar has one face; --face is for a portrait picture", "face")
    if packed:
        return content_of(avatar)
    return await asyncio.to_thread(stored_package, str(avatar))


async def _created(sitter: Sitter, profile: Profile) -> bytes:
    """An avatar of one person, for this film alone."""
    pictures = [content_of(path) for path in (Path(sitter.avatar), *sitter.more)]
    if len(pictures) > (most := most_pictures(profile.reconstruct)):
        raise InvalidRequest(f"{len(pictures)} pictures: the engine looks at {most}", "more")
    image, *more = [images.decode(picture) for picture in pictures]
    review = profile.review.build()
    image = await person_of(review, image, sitter.face)
    for each in (image, *more):
        accept(await last(review.run(each)))
    request = ReconstructRequest(image, more=tuple(more))
    made = await last(profile.reconstruct.build().run(request))
    if not isinstance(made, bytes):
        raise StageFailed("reconstruct", "ended without an avatar")
    return made


class Mute:
    """No language model is asked for what is said."""

    async def run(self, _: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        raise StageFailed("llm", "a talking video has none")
        yield


async def check_text(text: str, rails: Rails, profile: Profile) -> None:
    """Raises TextRefused: *rails* refuse it; the profile's language model judges where they ask."""
    judge = profile.llm.build() if rails.judge and rails.topics else Mute()
    await Guard(rails, judge).check_script(text)


def rails_of(avatar: str) -> Rails:
    """Those of an avatar of the store; a file has none."""
    path = Path(avatar)
    if path.suffix.lower() == ".zip" or path.is_file():
        return Rails()
    with opened_store() as store:
        return Rails.model_validate(store.avatar(avatar).rails)
