import numpy as np
import pytest
import skimage.data
from pydantic import TypeAdapter

from avatar_serving.errors import ImageRejected
from avatar_serving.flow import last
from avatar_serving.images import from_array
from avatar_serving.stages.base import Vlm
from avatar_serving.stages.vlm import VlmConfig
from avatar_serving.stages.vlm.composite import CompositeVlmConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig


@pytest.fixture(scope="module")
def composite() -> Vlm:
    return CompositeVlmConfig().build()


def test_the_engine_is_chosen_by_name() -> None:
    config: object = TypeAdapter(VlmConfig).validate_python({"engine": "composite"})
    assert isinstance(config, CompositeVlmConfig)


async def test_fixed_says_what_it_was_told() -> None:
    stage = FixedVlmConfig(text="A robot.").build()
    described = await last(stage.run(from_array(np.zeros((2, 2, 3), np.uint8))))
    assert described.text == "A robot." and described.facts


@pytest.mark.weights
async def test_the_astronaut_is_described_as_she_is(composite: Vlm) -> None:
    described = await last(composite.run(from_array(np.array(skimage.data.astronaut()))))
    facts = dict(described.facts)
    assert facts["subject"] in ("a woman in her thirties", "a woman in her forties")
    assert facts["hair"].startswith("short") and "brown" in facts["hair"]
    assert facts["expression"] == "a broad smile"
    assert facts["facing"] == "facing the camera"
    assert "orange" in facts["clothing"]
    assert "grey" in facts["background"] or "white" in facts["background"]
    assert described.text.startswith("Half-length portrait of a woman in her ")
    assert described.text.count(".") == 1


@pytest.mark.weights
async def test_a_new_background_and_shirt_are_seen(composite: Vlm) -> None:
    image = np.array(skimage.data.astronaut())
    image[:200, :120] = image[:200, 330:] = (30, 140, 60)
    lower = image[230:, 90:280].astype(np.float32)
    image[230:, 90:280] = (lower[..., [2, 2, 0]] * 0.8).astype(np.uint8)
    facts = dict((await last(composite.run(from_array(image)))).facts)
    assert "green" in facts["background"]
    assert "blue" in facts["clothing"] or "navy" in facts["clothing"]


@pytest.mark.weights
async def test_without_a_face_there_is_nothing_to_describe(composite: Vlm) -> None:
    with pytest.raises(ImageRejected) as caught:
        await last(composite.run(from_array(np.full((200, 300, 3), 90, np.uint8))))
    assert caught.value.check == "face"


@pytest.mark.weights
async def test_equal_pictures_are_described_equally(composite: Vlm) -> None:
    image = from_array(np.array(skimage.data.astronaut()))
    assert await last(composite.run(image)) == await last(composite.run(image))
