import numpy as np
import pytest

from avatar_serving.faces import Face
from avatar_serving.faces.topology import BLENDSHAPE_OUTPUT
from avatar_serving.stages.vlm.colours import HAIR, PALETTE, hair_colour, main_colours, to_lab
from avatar_serving.stages.vlm.expression import expression, facing
from avatar_serving.stages.vlm.prompt import describe_prompt
from avatar_serving.stages.vlm.wording import describe, subject
from avatar_serving.stages.vlm.wording_zh import COLOURS, sentence


def face(pose: tuple[float, float, float] = (0, 0, 0), **shapes: float) -> Face:
    weights = dict.fromkeys(BLENDSHAPE_OUTPUT, 0.0) | shapes
    return Face((0, 0, 1, 1), np.zeros((478, 3), np.float32), 1.0, weights, pose)


def both(name: str, value: float) -> dict[str, float]:
    return {f"{name}Left": value, f"{name}Right": value}


@pytest.mark.parametrize("name", PALETTE)
def test_each_colour_has_its_own_name(name: str) -> None:
    lab = to_lab(np.array([PALETTE[name]] * 10, np.uint8))
    assert main_colours(lab) == [name]


@pytest.mark.parametrize("name", HAIR)
def test_each_hair_has_its_own_name(name: str) -> None:
    assert hair_colour(to_lab(np.array([HAIR[name]] * 10, np.uint8))) == name


def test_two_colours_are_named_by_their_share() -> None:
    red, navy, spot = PALETTE["red"], PALETTE["navy"], PALETTE["yellow"]
    lab = to_lab(np.array([red] * 60 + [navy] * 35 + [spot] * 5, np.uint8))
    assert main_colours(lab) == ["red", "navy"]
    assert main_colours(lab[:0]) == []


def test_the_shadow_of_a_cloth_is_of_its_colour() -> None:
    orange = np.array(PALETTE["orange"])
    shaded = np.stack([orange * k for k in np.linspace(0.75, 1, 50)]).astype(np.uint8)
    assert main_colours(to_lab(shaded)) == ["orange"]


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        (both("mouthSmile", 0.9), "a broad smile"), (both("mouthSmile", 0.4), "a slight smile"),
        ({}, "a calm expression"), (both("eyeBlink", 0.9), "closed eyes"),
        ({"jawOpen": 0.5}, "an open mouth, as if speaking"),
        (both("mouthFrown", 0.5), "a stern look"),
        ({"jawOpen": 0.5, "browInnerUp": 0.8} | both("eyeWide", 0.5), "a look of surprise"),
    ],
)  # fmt: skip
def test_expressions(shapes: dict[str, float], words: str) -> None:
    assert expression(face(**shapes)) == words


def test_facing() -> None:
    assert facing(face((5, -10, 0))) == "facing the camera"
    assert facing(face((30, 0, 0))) == "looking to the right of the picture"
    assert facing(face((-30, 0, 0))) == "looking to the left of the picture"
    assert facing(face((0, 40, 0))) == "looking up"


@pytest.mark.parametrize(
    ("age", "female", "words"),
    [
        (35, 0.95, "a woman in her thirties"), (72, 0.02, "a man in his seventies"),
        (25, 0.5, "a person in their twenties"), (8, 0.9, "a young girl"), (8, 0.5, "a child"),
        (16, 0.1, "a teenage boy"), (1, 0.5, "a toddler"), (80, 0.9, "an elderly woman"),
        (79.9, 0.9, "a woman in her seventies"),
    ],
)  # fmt: skip
def test_subjects(age: float, female: float, words: str) -> None:
    assert subject(age, female) == words


def test_the_sentence_leaves_out_what_is_unknown() -> None:
    facts: dict[str, str | None] = {
        "subject": "a woman in her thirties", "hair": None, "expression": "a broad smile",
        "facing": "facing the camera", "clothing": None, "background": "a plain white background",
        "framing": "close-up portrait",
    }  # fmt: skip
    description = describe(facts)
    assert description.text == (
        "Close-up portrait of a woman in her thirties with a broad smile, facing the camera, "
        "in front of a plain white background."
    )
    assert dict(description.facts).keys() == {
        "subject", "expression", "facing", "background", "framing",
    }  # fmt: skip


def test_the_prompt_holds_every_fact_of_the_person() -> None:
    facts: dict[str, str | None] = {
        "subject": "a man in his forties", "hair": "short black hair",
        "expression": "a calm expression", "facing": "facing the camera",
        "framing": "close-up portrait",
    }  # fmt: skip
    messages = describe_prompt(describe(facts))
    assert messages[0].role == "system" and messages[-1].role == "user"
    of_the_picture = str(facts.pop("framing"))
    assert all(value in messages[-1].text for value in facts.values() if value)
    assert of_the_picture not in messages[-1].text


def test_the_same_facts_in_chinese() -> None:
    measured = describe(
        {
            "subject": subject(34, 0.99), "hair": "long dark brown hair",
            "expression": "a slight smile", "facing": "facing the camera",
            "clothing": "orange and white clothes", "framing": "close-up portrait",
            "background": "a plain light grey background",
        }
    )  # fmt: skip
    assert sentence(measured.facts) == (
        "一位三十多岁的女性，深棕色长发，面带微笑，面向镜头，穿着橙色和白色的衣服，背景是纯浅灰色。"
    )


def test_every_measured_word_is_known_in_chinese() -> None:
    assert set(COLOURS) >= set(PALETTE) | set(HAIR)
    for age in range(0, 100, 2):
        for female in (0.0, 0.5, 1.0):
            assert sentence((("subject", subject(age, female)),)), (age, female)
    for value in ("little or no hair", "short white hair"):
        assert sentence((("hair", value),))


def test_words_of_others_are_left_to_the_language_model() -> None:
    assert sentence((("subject", "an astronaut"), ("facing", "facing the camera"))) == ""
    assert sentence(()) == ""
