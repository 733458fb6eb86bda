"""The engine around the diffusion model; the model itself is in tests/torch."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.batches import Told
from avatar_serving.errors import InvalidRequest, NotFound, StageFailed
from avatar_serving.flow import collect
from avatar_serving.images import decode, from_array, to_array
from avatar_serving.media import Drawing, Image, Likeness, Look, Progress, StyliseRequest
from avatar_serving.stages.stylise import diffusion
from avatar_serving.stages.stylise.diffuser import DiffuserFiles, Sketch
from avatar_serving.stages.stylise.diffusion import DiffusionStylise, DiffusionStyliseConfig
from avatar_serving.stages.stylise.upscale import resized

Picture = NDArray[np.uint8]
ASTRONAUT = from_array(np.array(skimage.data.astronaut(), np.uint8))
pytestmark = pytest.mark.weights


class Hand:
    """Draws by a function, and remembers what it was told."""

    def __init__(self, manner: Callable[[Sketch], Picture]) -> None:
        self.manner = manner
        self.sketches: list[Sketch] = []

    def draw(self, sketches: Sequence[Sketch], told: Told) -> list[Picture]:
        self.sketches += sketches
        for share in (0.5, 1.0):
            told(share)
        return [self.manner(sketch) for sketch in sketches]


@pytest.fixture
def stage_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hand], DiffusionStylise]:
    def made(hand: Hand) -> DiffusionStylise:
        def given(*_: Any, **__: Any) -> Hand:
            return hand

        monkeypatch.setattr(diffusion, "Diffuser", given)
        monkeypatch.setattr(diffusion, "_files", lambda _: DiffuserFiles(Path()))
        return DiffusionStyliseConfig(side_px=512).build()

    return made


def darker(sketch: Sketch) -> Picture:
    return (sketch.rgb * 0.8).astype(np.uint8)


def admiral(_: Sketch) -> Picture:
    return resized(to_array(decode(weights.path("portrait-admiral").read_bytes())), 512, 512)


def noise(sketch: Sketch) -> Picture:
    return np.random.default_rng(0).integers(0, 255, sketch.rgb.shape).astype(np.uint8)


async def drawn(stage: DiffusionStylise, look: Look) -> list[Progress | Image]:
    return await collect(stage.run(StyliseRequest(ASTRONAUT, look)))


async def test_steps_are_told_and_the_person_is_compared(
    stage_of: Callable[[Hand], DiffusionStylise],
) -> None:
    hand = Hand(darker)
    look = Look(style="oil", drawing=Drawing(expression="smile", scene="office", steps=9, seed=3))
    *told, likeness, picture = await drawn(stage_of(hand), look)
    shares = [item.fraction for item in told if isinstance(item, Progress)]
    assert len(shares) == len(told) == 6 and shares == sorted(shares)
    assert isinstance(likeness, Likeness) and likeness.kept and 0 < likeness.distance < 0.5
    assert isinstance(picture, Image) and picture.width == picture.height >= 512
    person, scene = hand.sketches
    assert (person.strength, person.steps, person.seed) == (0.6, 9, 3)
    assert "oil painting" in person.words.prompt and "smile" in person.words.prompt
    assert "office" in scene.words.prompt and scene.strength == 1
    assert scene.repaint is not None and scene.repaint[:40, :40].mean() > 0.5
    assert scene.repaint[200:312, 220:292].mean() < 0.2
    assert (scene.rgb == darker(person)).all()


async def test_another_face_is_told(stage_of: Callable[[Hand], DiffusionStylise]) -> None:
    *_, likeness, _ = await drawn(stage_of(Hand(admiral)), Look(style="film"))
    assert isinstance(likeness, Likeness)
    assert not likeness.kept and likeness.distance > 0.6 and "no longer" in likeness.message


async def test_no_face_is_an_error(stage_of: Callable[[Hand], DiffusionStylise]) -> None:
    with pytest.raises(StageFailed, match="face is lost"):
        await drawn(stage_of(Hand(noise)), Look(style="film"))


async def test_what_cannot_be_is_refused_before_anything_is_drawn(
    stage_of: Callable[[Hand], DiffusionStylise],
) -> None:
    hand = Hand(darker)
    stage = stage_of(hand)
    for look, error in (
        (Look(strength=0.01, style="film"), InvalidRequest),
        (Look(drawing=Drawing(steps=101)), InvalidRequest),
        (Look(drawing=Drawing(adapter="nobody")), NotFound),
        (Look(background="blur", drawing=Drawing(scene="office")), InvalidRequest),
    ):
        with pytest.raises(error):
            await drawn(stage, look)
    assert await drawn(stage, Look()) == [ASTRONAUT]
    assert not hand.sketches


async def test_a_background_alone_needs_no_drawing(
    stage_of: Callable[[Hand], DiffusionStylise],
) -> None:
    hand = Hand(darker)
    *_, picture = await drawn(stage_of(hand), Look(background="#00ff00"))
    assert isinstance(picture, Image) and not hand.sketches
    assert tuple(to_array(picture)[5, 5]) == (0, 255, 0)
