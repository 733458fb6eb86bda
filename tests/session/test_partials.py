import asyncio

from avatar_serving.errors import StageFailed
from avatar_serving.media import AudioChunk, Transcript
from avatar_serving.session.partials import Agreement, Partials
from tests.virtual_time import on_virtual_time

SOUND = AudioChunk(b"", 16_000)


def test_words_are_told_once_two_recognitions_agree():
    agreement = Agreement()
    assert agreement.push("I like.") == ""
    assert agreement.push("I like the") == "I like"
    assert agreement.push("I like the sea and") == " the"
    assert agreement.settle("I like the sea and the sun.") == " sea and the sun."


def test_what_was_told_is_never_taken_back():
    agreement = Agreement()
    agreement.push("I scream")
    assert agreement.push("I scream for") == "I scream"
    assert agreement.push("Ice cream for") == ""
    assert agreement.settle("Ice cream for you.") == ""


def test_what_will_not_change_is_told_at_once():
    told = []

    async def recognise(said):
        return Transcript("one two th", "en", final=False)

    async def tell(delta):
        told.append(delta)

    async def turn():
        partials = Partials(recognise, tell, 1.0)
        partials.hear(1.0, lambda: SOUND)
        await asyncio.sleep(0.1)
        assert told == ["one two th"]
        await partials.finish("one two three.")

    on_virtual_time(turn())
    assert told == ["one two th", "ree."]


def test_chinese_agrees_by_characters():
    agreement = Agreement()
    agreement.push("我喜欢大")
    assert agreement.push("我喜欢大海。") == "我喜欢大"


def test_one_recognition_at_a_time_and_failures_are_survived():
    told, running = [], []

    async def recognise(said):
        assert not running
        running.append(said)
        await asyncio.sleep(2.0)
        running.clear()
        if len(told) == 1:
            raise StageFailed("asr", "gone")
        return Transcript("one two", "en")

    async def tell(delta):
        told.append(delta)

    async def turn():
        partials = Partials(recognise, tell, 1.0)
        for tenth in range(80):
            partials.hear(tenth / 10, lambda: SOUND)
            await asyncio.sleep(0.1)
        await partials.finish("one two three")

    on_virtual_time(turn())
    assert told == ["one two", " three"]


def test_partials_can_be_turned_off():
    partials = Partials(None, None, 0.0)
    partials.hear(100.0, lambda: SOUND)
    assert partials._task is None
