"""A user's feelings in a whole conversation: what the face shows, what the model is told."""

from dataclasses import replace

import pytest

from tests.session.talk import Talk, powers
from tests.virtual_time import on_virtual_time

SMILE = {"smile": 0.9, "attention": 1.0}


class Listening:
    """A language model that remembers what it was told."""

    def __init__(self):
        self.told = []

    async def run(self, request, /):
        self.told.append(request.messages)
        yield "I see."


def conversation(text, *, camera=None, habits=None, animated=True, after_s=2.0):
    llm = Listening()
    given = powers(llm=llm)
    given = replace(given, habits=given.habits.model_copy(update=habits or {}))

    async def talk():
        async with Talk(given, animated=animated) as talk:
            for _ in range(12):
                if camera:
                    await talk.send("avatar.affect", **camera)
                await talk.pause(0.25)
            content = [{"type": "input_text", "text": text}]
            item = {"type": "message", "role": "user", "content": content}
            await talk.send("conversation.item.create", item=item)
            await talk.send("response.create")
            await talk.pause(after_s)
            return talk

    return on_virtual_time(talk()), llm.told[-1]


def test_a_smile_is_smiled_back_at_while_listening():
    talk, _ = conversation("What time is it?", camera=SMILE)
    moods = talk.of("avatar.mood")
    assert [mood["emotion"] for mood in moods] == ["joy"]
    assert 0.3 < moods[0]["intensity"] <= 1
    assert moods[0]["weights"]["mouthSmileLeft"] > 0.2
    assert talk.kinds().index("avatar.mood") < talk.kinds().index("response.created")


def test_sad_words_are_met_with_concern_before_the_answer():
    talk, told = conversation("My dog died yesterday.")
    assert talk.of("avatar.mood")[0]["emotion"] == "concern"
    assert told[-1].role == "system" and told[-1].text == "The user sounds sad."
    assert told[-2].text == "My dog died yesterday."


@pytest.mark.parametrize("camera", [None, SMILE], ids=["said", "seen"])
def test_a_mood_passes_by_itself_in_silence(camera):
    """Also when the camera was taken away in the middle of a smile."""
    text = "Hello." if camera else "My dog died yesterday."
    talk, _ = conversation(text, camera=camera, after_s=90.0)
    moods = talk.of("avatar.mood")
    assert moods[0]["emotion"] != "neutral" and moods[-1]["emotion"] == "neutral"
    assert {mood["emotion"] for mood in moods} == {moods[0]["emotion"], "neutral"}
    strengths = [mood["intensity"] for mood in moods]
    fading = strengths[strengths.index(max(strengths)) :]
    assert fading == sorted(fading, reverse=True) and len(moods) <= 9


def test_the_model_is_told_of_face_and_gesture():
    _, told = conversation("What time is it?", camera=SMILE | {"gesture": "nod"})
    assert told[-1].text == "The user is smiling and nodded."


def test_a_wave_is_smiled_back_at_and_told():
    talk, told = conversation("Hello.", camera={"gesture": "wave"})
    assert [mood["emotion"] for mood in talk.of("avatar.mood")] == ["joy"]
    assert told[-1].text == "The user waved."


def test_what_it_has_read_before_does_not_change():
    """The line comes last and is not kept, so that the beginning of the prompt stays the same."""
    _, plain = conversation("What time is it?")
    _, told = conversation("What time is it?", camera=SMILE)
    assert told[: len(plain)] == plain and len(told) == len(plain) + 1


def test_it_may_be_switched_off():
    _, told = conversation("My dog died.", habits={"notice_feelings": False})
    assert told[-1].role == "user"


def test_other_clients_see_nothing_of_it():
    talk, _ = conversation("My dog died.", animated=False)
    assert not [kind for kind in talk.kinds() if kind.startswith("avatar.")]


def test_numbers_out_of_range_are_refused():
    talk, _ = conversation("Hello.", camera={"smile": 7})
    error = talk.of("error")[0]["error"]
    assert error["param"] == "smile"


def test_nobody_before_the_camera_is_no_feeling():
    talk, _ = conversation("Hello.", camera=SMILE | {"present": False})
    assert not talk.of("avatar.mood")
