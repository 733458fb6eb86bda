import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Drawing, Look
from avatar_serving.stages.stylise.wording import (
    check_words,
    words_for_person,
    words_for_scene,
)

LOOK = Look(
    style="oil", drawing=Drawing("a sailor", "hat", expression="smile", pose="left", scene="shop")
)


def test_presets_become_words() -> None:
    words = words_for_person(LOOK, "en")
    assert words.prompt.startswith("a sailor, oil painting")
    assert "gentle smile" in words.prompt and "three-quarter" in words.prompt
    assert words.negative.startswith("hat, deformed")
    assert "shop" in words_for_scene(LOOK, "en").prompt
    assert "sailor" not in words_for_scene(LOOK, "en").prompt


def test_and_in_chinese() -> None:
    words = words_for_person(Look(style="ink", drawing=Drawing(expression="happy")), "zh")
    assert words.prompt == "一个人的肖像，头部和肩膀，中国水墨画，开心，眼里带笑"
    assert "水印" in words.negative and words.negative.isascii() is False


@pytest.mark.parametrize(
    "look",
    [
        Look(style="nonsense"),
        Look(drawing=Drawing(expression="nonsense")),
        Look(drawing=Drawing(pose="nonsense")),
        Look(drawing=Drawing(scene="nonsense")),
    ],
)
def test_a_preset_that_is_not_there_names_those_that_are(look: Look) -> None:
    with pytest.raises(InvalidRequest, match="nonsense.*there are: (none|keep), "):
        check_words(look)
