"""A person is described while the avatar is built: neither waits for the other."""

import asyncio
from collections.abc import AsyncGenerator

import numpy as np
import pytest

from avatar_serving.avatars.plain import plain_package
from avatar_serving.errors import StageFailed
from avatar_serving.flow import collect
from avatar_serving.images import encode, from_array
from avatar_serving.media import Description, Image, Look, Progress, ReconstructRequest
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.llm import EchoConfig
from avatar_serving.stages.review.accept import AcceptReviewConfig
from avatar_serving.stages.stylise.none import NoStyliseConfig
from pipelines.create_avatar import Created, CreateRequest, CreateStages, create_avatar
from tests.avatars.pictures import colourful

PHOTO = encode(from_array(np.full((300, 300, 3), 120, np.uint8)), "png")


class Describes:
    def __init__(self, begun: asyncio.Event, fails: bool = False) -> None:
        self._begun, self._fails = begun, fails
        self.stopped = False

    async def run(self, _: Image, /) -> AsyncGenerator[Description, None]:
        try:
            await self._begun.wait()
            if self._fails:
                raise StageFailed("vlm", "no memory")
            yield Description((), "A grey square.")
        except asyncio.CancelledError:
            self.stopped = True
            raise


class Builds:
    """Says so, and ends when it is let."""

    def __init__(self, begun: asyncio.Event, goes_on: asyncio.Event | None = None) -> None:
        self._begun, self._goes_on = begun, goes_on
        self.stopped = False

    async def run(self, _: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        try:
            self._begun.set()
            for share in range(5):
                await asyncio.sleep(0)
                yield Progress("mesh", share / 5, "Building")
            if self._goes_on is not None:
                await self._goes_on.wait()
            yield plain_package(colourful())
        finally:
            self.stopped = True


class Breaks:
    async def run(self, _: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        await asyncio.sleep(0)
        raise StageFailed("reconstruct", "no memory")
        yield b""


def creation(vlm: object, reconstruct: object) -> AsyncGenerator[object, None]:
    review, stylise = AcceptReviewConfig().build(), NoStyliseConfig().build()
    stages = CreateStages(review, vlm, EchoConfig().build(), stylise, reconstruct)  # type: ignore[arg-type]
    consent = Consent(agreed=True, statement="This is me.")
    return create_avatar(stages, CreateRequest(PHOTO, "Ada", consent, "tone", Look()))


async def test_describing_waits_for_no_building() -> None:
    begun = asyncio.Event()
    items = await asyncio.wait_for(collect(creation(Describes(begun), Builds(begun))), 5)
    described = [i for i, item in enumerate(items) if isinstance(item, Description)]
    assert len(described) == 1 and described[0] < len(items) - 1
    assert isinstance(items[-1], Created)
    shares = [item.fraction for item in items if isinstance(item, Progress)]
    assert shares == sorted(shares)


async def test_a_build_that_fails_ends_the_description() -> None:
    vlm = Describes(asyncio.Event())
    with pytest.raises(StageFailed, match="reconstruct"):
        await asyncio.wait_for(collect(creation(vlm, Breaks())), 5)
    assert vlm.stopped


async def test_a_description_that_fails_ends_the_creation() -> None:
    begun = asyncio.Event()
    building = Builds(begun)
    with pytest.raises(StageFailed, match="vlm"):
        await asyncio.wait_for(collect(creation(Describes(begun, fails=True), building)), 5)
    assert building.stopped


async def test_closing_the_stream_leaves_nothing_running() -> None:
    begun = asyncio.Event()
    vlm, building = Describes(asyncio.Event()), Builds(begun, asyncio.Event())
    stream = creation(vlm, building)
    async for item in stream:
        if isinstance(item, Progress) and item.step == "mesh":
            break
    await stream.aclose()
    assert vlm.stopped and building.stopped
