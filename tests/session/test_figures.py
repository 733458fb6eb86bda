"""Each answer ends once in the figures, and is told of once."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from avatar_serving.protocol.client import AvatarPlaybackReport
from avatar_serving.protocol.items import AssistantMessage, UserMessage
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.playback_reports import PlaybackReports
from tests.session.talk import Talk, powers
from tests.session.test_interruption import over_an_answer
from tests.virtual_time import on_virtual_time

ENDS = ("completed", "failed", "interrupted", "abandoned")


def figure(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.fixture
def reports():
    conversation = Conversation()
    conversation.add(AssistantMessage(id="answer", content=()))
    conversation.add(UserMessage(id="question", content=()))
    return PlaybackReports(conversation)


def test_an_answer_is_told_of_once(reports):
    names = ("avatar_client_answers_total", "avatar_client_underruns_total",
             "avatar_client_stalled_seconds_sum", "avatar_client_drift_seconds_sum")  # fmt: skip
    before = [figure(name) for name in names]
    for _ in range(2):
        told = AvatarPlaybackReport(item_id="answer", underruns=2, stalled_ms=500, drift_ms=40)
        reports.take(told)
    rise = [figure(name) - was for name, was in zip(names, before, strict=True)]
    assert rise == pytest.approx([1, 2, 0.5, 0.04])


@pytest.mark.parametrize("item_id", ["question", "nothing"])
def test_what_is_no_answer_is_not_counted(reports, item_id):
    before = figure("avatar_client_answers_total")
    reports.take(AvatarPlaybackReport(item_id=item_id, underruns=2))
    assert figure("avatar_client_answers_total") == before


def test_without_a_picture_nothing_is_said_of_it(reports):
    before = figure("avatar_client_drift_seconds_count")
    reports.take(AvatarPlaybackReport(item_id="answer"))
    assert figure("avatar_client_drift_seconds_count") == before


def ends(conversation):
    """How many answers ended in which way, and how many were gone on with."""

    def all_figures():
        turns = {end: figure("avatar_turns_total", status=end) for end in ENDS}
        return turns | {"resumed": figure("avatar_answers_resumed_total")}

    before = all_figures()
    talk = on_virtual_time(conversation)
    rise = {end: int(n - before[end]) for end, n in all_figures().items() if n != before[end]}
    assert sum(rise.get(end, 0) for end in ENDS) == len(talk.of("response.done"))
    return rise


def test_an_answer_that_is_cut_is_interrupted_and_nothing_else():
    assert ends(over_an_answer("Stop, tell me about Mars.")) == {"interrupted": 1, "completed": 1}


def test_an_answer_that_goes_on_is_two():
    found = ends(over_an_answer("Mm-hmm."))
    assert found == {"interrupted": 1, "completed": 1, "resumed": 1}


@pytest.mark.parametrize("after_s", [0.5, 2.0, 2.5, 3.0, 3.5, 4.0])
def test_an_answer_that_was_sent_whole_ends_once(after_s):
    async def conversation():
        async with Talk(powers("Hello there, my friend.", word_s=0.0)) as talk:
            await talk.speak(1.0)
            await talk.until("response.output_audio.delta")
            await asyncio.sleep(after_s)
            await talk.send("output_audio_buffer.clear")
            await asyncio.sleep(5)
            return talk

    assert sum(ends(conversation()).values()) == 1
