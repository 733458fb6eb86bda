"""The picture that was seen is the one that the avatar is made of."""

from dataclasses import replace

import pytest

from avatar_serving.errors import OutOfMemory
from avatar_serving.flow import collect
from avatar_serving.media import Drawing, Image, Likeness, Look, Progress, StyliseRequest
from avatar_serving.stages.stylise.remembered import RememberedStylise

PHOTO, OTHER = (Image(bytes([tone]) * 12, 2, 2) for tone in (10, 20))
LOOK = Look(style="oil", drawing=Drawing(prompt="a sailor", seed=3))


class Artist:
    """Draws a picture of one more tone each time."""

    def __init__(self) -> None:
        self.drawn = 0

    async def run(self, _, /):
        self.drawn += 1
        yield Progress("stylise", 0.5, "Drawing")
        yield Likeness("stylise", 0.9, distance=0.3)
        yield Image(bytes([self.drawn]) * 12, 2, 2)


async def asked(stage, image=PHOTO, look=LOOK):
    return await collect(stage.run(StyliseRequest(image, look)))


async def test_the_same_is_drawn_once():
    artist = Artist()
    stage = RememberedStylise(artist)
    first, again = await asked(stage), await asked(stage)
    assert artist.drawn == 1 and [type(item) for item in again] == [Likeness, Image]
    assert again == first[1:]


@pytest.mark.parametrize(
    "change",
    [
        {"image": OTHER},
        {"image": replace(PHOTO, width=4, height=1)},
        {"look": replace(LOOK, strength=0.7)},
        {"look": replace(LOOK, background_image=OTHER)},
        {"look": replace(LOOK, style_image=OTHER)},
        {"look": replace(LOOK, drawing=Drawing(prompt="a sailor", seed=4))},
        {"look": replace(LOOK, drawing=Drawing(prompt="a cook", seed=3))},
    ],
)
async def test_anything_else_is_drawn_anew(change):
    artist = Artist()
    stage = RememberedStylise(artist)
    await asked(stage)
    await asked(stage, **change)
    assert artist.drawn == 2


async def test_it_is_forgotten_in_time_and_where_there_are_many():
    artist, clock = Artist(), [0.0]
    stage = RememberedStylise(artist, kept_s=60, most=2, now=lambda: clock[0])
    await asked(stage)
    clock[0] = 61
    await asked(stage)
    assert artist.drawn == 2
    for seed in (5, 6):
        await asked(stage, look=replace(LOOK, drawing=Drawing(seed=seed)))
    await asked(stage)
    assert artist.drawn == 5, "two others came since"


async def test_what_failed_is_tried_again_and_what_is_not_changed_not_kept():
    class Full:
        async def run(self, _, /):
            raise OutOfMemory("stylise", "full")
            yield

    stage = RememberedStylise(Full())
    for _ in range(2):
        with pytest.raises(OutOfMemory):
            await asked(stage)
    artist = Artist()
    stage = RememberedStylise(artist)
    for _ in range(2):
        await asked(stage, look=Look())
    assert artist.drawn == 2
