"""An avatar of several pictures of one person: who is asked about which."""

from dataclasses import replace

import pytest

from avatar_serving import images
from avatar_serving.avatars.plain import plain_package
from avatar_serving.config import load_profile
from avatar_serving.errors import ImageRejected, InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.media import Check, FoundFace, Image, Look, Review
from avatar_serving.safety.consent import Consent
from pipelines.create_avatar import Created, CreateRequest, CreateStages, create_avatar
from pipelines.restyle import RestyleRequest, restyle
from pipelines.sitter import Sitter, opened
from tests.avatars.pictures import colourful

CONSENT = Consent(agreed=True, statement="It is me.")
PICTURES = tuple(images.encode(images.from_array(colourful(size)), "png") for size in (64, 72, 80))


class Reviewer:
    """Refuses pictures of a width."""

    def __init__(self, refused: int = 0) -> None:
        self.seen: list[int] = []
        self._refused = refused

    async def run(self, image, /):
        self.seen.append(image.width)
        verdict = "refused" if image.width == self._refused else "good"
        yield Review((Check("face", 0.0, verdict, "no face"),))


class Maker:
    asked = None

    async def run(self, request, /):
        self.asked = request
        yield plain_package(colourful())


def made(review=None, look=None):
    reviewer, maker = review or Reviewer(), Maker()
    unused = Maker()
    stages = CreateStages(reviewer, unused, unused, unused, maker)
    request = CreateRequest(
        PICTURES[0], "Ada", CONSENT, "tone", look or Look(), description="a person",
        more=PICTURES[1:],
    )  # fmt: skip
    return create_avatar(stages, request), reviewer, maker


async def test_all_are_looked_at_and_go_to_the_engine():
    items, reviewer, maker = made()
    *_, created = await collect(items)
    assert isinstance(created, Created) and reviewer.seen == [64, 72, 80]
    assert (maker.asked.image.width, [m.width for m in maker.asked.more]) == (64, [72, 80])


async def test_one_that_is_refused_refuses_the_avatar():
    items, _, maker = made(Reviewer(refused=80))
    with pytest.raises(ImageRejected, match="no face"):
        await collect(items)
    assert maker.asked is None


async def test_a_look_would_change_only_one_of_them():
    with pytest.raises(InvalidRequest, match="look"):
        await collect(made(look=Look(style="anime"))[0])


class TwoPeople(Reviewer):
    """Sees two faces in wide pictures."""

    async def run(self, image, /):
        async for review in super().run(image):
            people = (
                FoundFace((4, 4, 20, 20), (0, 0, 32, 40)),
                FoundFace((40, 4, 20, 20), (34, 0, 30, 40)),
            )
            yield replace(review, faces=people if image.width == 64 else ())


async def test_of_several_people_the_one_that_is_asked_for_is_made():
    reviewer, maker = TwoPeople(), Maker()
    stages = CreateStages(reviewer, maker, maker, maker, maker)
    request = CreateRequest(PICTURES[0], "Ada", CONSENT, "tone", description="a person", face=2)
    await collect(create_avatar(stages, request))
    assert reviewer.seen == [64, 30] and maker.asked.image.width == 30
    with pytest.raises(InvalidRequest, match="face 3: the picture has 2"):
        await collect(create_avatar(stages, replace(request, face=3)))


class Artist:
    """Returns what it is given."""

    async def run(self, request, /):
        yield request.image


async def test_of_several_people_the_one_that_is_asked_for_is_shown_as_it_would_look():
    reviewer, picture = TwoPeople(), images.decode(PICTURES[0])
    request = RestyleRequest(picture, Look(style="anime"), CONSENT, face=2)
    *_, shown = await collect(restyle(reviewer, Artist(), request))
    assert isinstance(shown, Image) and reviewer.seen == [64, 30] and shown.width == 30
    with pytest.raises(InvalidRequest, match="face 3: the picture has 2"):
        await collect(restyle(reviewer, Artist(), replace(request, face=3)))


async def test_of_several_people_the_one_that_is_asked_for_is_filmed(tmp_path):
    reviewer, maker = TwoPeople(), Maker()
    path = tmp_path / "two.png"
    path.write_bytes(PICTURES[0])
    profile = load_profile("test").model_copy(
        update={"review": Ready(reviewer), "reconstruct": Ready(maker)}
    )
    await opened(Sitter(str(path), True, (), face=2), profile)
    assert reviewer.seen == [64, 30] and maker.asked.image.width == 30


class Ready:
    """The config of an engine that is already there."""

    pictures = 1

    def __init__(self, engine):
        self.build = lambda: engine
