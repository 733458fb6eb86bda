"""While the words of an answer are late the avatar says so, and no text shows it."""

import asyncio

from avatar_serving import lateness
from avatar_serving.media import AudioChunk, ChatRequest, Manner, Message, Speech, Word
from pipelines.converse import ConverseStages, converse
from tests.virtual_time import on_virtual_time

CHAT = ChatRequest((Message("user", "Where is the sea?"),))


class Writes:
    """Loses its replica after the first clause; another goes on *back_s* later."""

    def __init__(self, back_s):
        self.back_s = back_s

    async def run(self, request, /):
        yield "The sea is near. You can "
        lateness.tell(True)
        await asyncio.sleep(self.back_s)
        lateness.tell(False)
        yield "hear it. Listen, "
        await asyncio.sleep(5)  # slow, and not lost
        yield "then."


class Says:
    def __init__(self):
        self.asked = []

    async def run(self, request, /):
        self.asked.append(request.text.strip())
        yield Speech(AudioChunk(bytes(2000), 24_000), (), (Word(request.text, 0.0, 0.04),))


def answer(back_s, language="en"):
    """What was said, what was shown of it, and when its second stretch was there."""
    tts = Says()

    async def run():
        now = asyncio.get_running_loop().time
        began, came_s, shown = now(), [], []
        manner = Manner("v", language, animated=False)
        async for item in converse(ConverseStages(Writes(back_s), tts, None), CHAT, manner):
            came_s.append(now() - began)
            shown.append((item.text.strip(), len(item.speech.words)))
        return shown, came_s[1]

    shown, second_s = on_virtual_time(run())
    return tts.asked, [text for text, words in shown if words or text], second_s


WHOLE = ["The sea is near.", "You can hear it.", "Listen, then."]


def test_a_new_replica_is_bridged_once_and_the_text_is_that_of_the_answer():
    said, shown, second_s = answer(back_s=4.0)
    assert said == [WHOLE[0], "One moment, please.", *WHOLE[1:]]
    assert shown == WHOLE and second_s < 1.0


def test_another_replica_that_is_there_already_needs_no_bridge():
    said, _, _ = answer(back_s=0.2)
    assert said == WHOLE


def test_it_is_said_in_the_language_of_the_answer():
    said, _, _ = answer(back_s=4.0, language="zh")
    assert said[1] == "请稍等一下。"
