import pytest

from avatar_serving.errors import NotFound
from avatar_serving.personas import Persona, find_persona, personas
from avatar_serving.rails import answered, asked
from avatar_serving.text.languages import language_of


def test_there_are_several_each_with_its_file_name() -> None:
    ids = [persona.id for persona in personas()]
    assert len(ids) >= 6 and ids == sorted(set(ids))


@pytest.mark.parametrize("persona", personas(), ids=lambda p: p.id)
def test_every_text_is_in_its_language(persona: Persona) -> None:
    for texts in (persona.name, persona.about, persona.persona, persona.greeting):
        assert set(texts) == {"en", "zh"}
        assert [language_of(texts["en"]), language_of(texts["zh"])] == ["en", "zh"]
    assert len(persona.persona["en"]) < 600 and len(persona.greeting["en"]) < 120


@pytest.mark.parametrize("persona", personas(), ids=lambda p: p.id)
def test_its_own_rails_let_it_speak(persona: Persona) -> None:
    texts = [*persona.greeting.values(), *persona.rails.refusals.values()]
    assert not [text for text in texts if answered(persona.rails, text, persona.persona["en"])]
    assert asked(persona.rails, "Hello, what do you think of dogs?") is None


def test_nobody() -> None:
    with pytest.raises(NotFound, match="no persona 'pirate'"):
        find_persona("pirate")
