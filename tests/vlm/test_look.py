"""Any picture in words: seen where a model looks, measured and called so where none does."""

import numpy as np
import pytest

from avatar_serving.errors import ImageRejected
from avatar_serving.flow import collect
from avatar_serving.images import from_array
from avatar_serving.media import ChatRequest, Description, Image, Message
from avatar_serving.stages.llm import EchoConfig
from avatar_serving.stages.vlm.fixed import FixedVlmConfig
from avatar_serving.stages.vlm.scene import measured_scene
from pipelines.look import Candid, look


def bands(*colours, height=90, width=160):
    rows = np.array_split(np.zeros((height, width, 3), np.uint8), len(colours))
    return np.concatenate([rows[i] + np.array(c, np.uint8) for i, c in enumerate(colours)])


BLUE, GREEN, BLACK, WHITE = (150, 195, 230), (45, 140, 60), (20, 20, 22), (245, 245, 245)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (bands(BLUE, BLUE, GREEN), "a wide, bright picture, light blue above, light blue in the"),
        (bands(BLUE, BLUE, GREEN), "green below"),
        (bands(BLACK), "a wide, dark picture, all black"),
        (bands(WHITE, height=200, width=90), "a tall, bright picture, all white"),
        (bands(BLACK, WHITE, height=100, width=100), "a square"),
        (bands(BLACK, WHITE), "black and white"),
    ],
)
def test_what_is_measured(picture, words):
    assert words in measured_scene(picture)


class Faceless:
    def __init__(self, check="face"):
        self._check = check

    async def run(self, _: Image):
        raise ImageRejected(self._check, "No face was found in the picture.")
        yield Description((), "")


async def test_a_measured_picture_says_that_it_is():
    words = await look(FixedVlmConfig().build(), from_array(bands(BLUE)), sees=False)
    assert "A person facing the camera." in words
    assert "cannot see it" in words and "measured" in words


@pytest.mark.parametrize(
    ("asked", "first"),
    [("What is this?", "I can't see pictures, "), ("这是什么？", "我看不见图片，")],
)
async def test_an_answer_about_a_measured_picture_says_so_first(asked, first):
    words = await look(FixedVlmConfig().build(), from_array(bands(BLUE)), sees=False)
    said = f"{asked} [The user shows a picture. {words}]"
    llm = Candid(EchoConfig().build())
    text = [d for d in await collect(llm.run(question(said))) if isinstance(d, str)]
    assert text[0].startswith(first) and "".join(text[1:]) == said
    later = [d for d in await collect(llm.run(question(said, "Thanks."))) if isinstance(d, str)]
    assert "".join(later) == "Thanks."


async def test_a_model_that_has_seen_it_just_answers():
    words = await look(FixedVlmConfig().build(), from_array(bands(BLUE)), sees=True)
    said = f"What is this? [The user shows a picture. {words}]"
    text = await collect(Candid(EchoConfig().build()).run(question(said)))
    assert "".join(d for d in text if isinstance(d, str)) == said


def question(*said):
    return ChatRequest(tuple(Message("user", text) for text in said))


async def test_a_picture_without_a_face_is_measured_as_a_scene():
    words = await look(Faceless(), from_array(bands(BLUE, BLUE, GREEN)), sees=False)
    assert "A wide, bright picture" in words and "no face was found" in words


async def test_a_model_that_sees_says_only_what_it_saw():
    words = await look(FixedVlmConfig().build(), from_array(bands(BLUE)), sees=True)
    assert words == "A person facing the camera."


async def test_other_refusals_stay_refusals():
    with pytest.raises(ImageRejected):
        await look(Faceless("nsfw"), from_array(bands(BLUE)), sees=False)
