"""The client against a server of a few lines: pacing, playback, interruption."""

import asyncio

import pytest

from avatar_serving.client import Disconnected, Where, ask, open_session
from avatar_serving.errors import StageTimeout
from tests.client.fake_server import fake_server, tone


async def test_a_turn_is_spoken_heard_and_measured() -> None:
    async with fake_server([b"\0\0" * 2400 + tone(0.4)]) as server:
        async with open_session(Where(server.url, avatar="ada")) as client:
            turn = await ask(client, "hello", tone(0.3))
    assert "avatar=ada" in server.query and "animation=arkit52" in server.query
    assert turn.heard == "hello" and turn.answer.transcript == "Hi."
    assert turn.answer.status == "completed" and turn.answer.timings_ms == {"asr": 120}
    assert turn.voice_to_voice_ms >= 200 + 40 + 100, "silence, jitter buffer, lead-in"
    assert turn.answer.playout.underruns == []
    assert turn.silenced_ms is None and turn.premature == 0
    assert client.diary.states[0][1] == "speaking"
    assert client.diary.clips["idle"].shape == (30, 55)


async def test_speaking_over_an_answer_silences_it_and_says_what_was_heard() -> None:
    async with fake_server([tone(20.0)]) as server:
        async with open_session(Where(server.url)) as client:
            first = await ask(client, "one", tone(0.2), leave_after_s=0.2)
            second = await ask(client, "two", tone(0.2), leave_after_s=0.2)
    assert first.answer.playout.stopped_s is not None
    assert second.silenced_ms is not None and second.silenced_ms >= 60
    cut = next(e for e in server.received if e["type"] == "conversation.item.truncate")
    assert cut["item_id"] == first.answer.item_id
    heard_s = first.answer.playout.position_s(first.answer.playout.stopped_s)
    assert cut["audio_end_ms"] == round(heard_s * 1000)
    assert second.answer.playout.stopped_s is None


async def test_playback_is_reported_while_an_answer_plays() -> None:
    async with fake_server([tone(1.0)]) as server:
        async with open_session(Where(server.url)) as client:
            await ask(client, "one", tone(0.2))
            async with asyncio.timeout(60):
                while 1000 not in (told := server.told("avatar.playback", "played_ms")):
                    await asyncio.sleep(0.05)
    assert len(told) >= 2 and told == sorted(told) and told[-1] == 1000


async def test_each_answer_that_is_over_is_reported_once() -> None:
    async with fake_server([tone(1.0)]) as server:
        async with open_session(Where(server.url)) as client:
            cut = await ask(client, "one", tone(0.2), leave_after_s=0.2)
            whole = await ask(client, "two", tone(0.2))
    reports = [e for e in server.received if e["type"] == "avatar.playback.report"]
    assert [e["item_id"] for e in reports] == [cut.answer.item_id, whole.answer.item_id]
    assert all(e["underruns"] == 0 and e["stalled_ms"] == 0 for e in reports)
    assert all(e["drift_ms"] >= 0 for e in reports), "pictures were sent"


async def test_without_animation_no_event_of_ours_is_sent() -> None:
    async with fake_server([tone(0.3)]) as server:
        async with open_session(Where(server.url, animation=False)) as client:
            await ask(client, "one", tone(0.2))
            await asyncio.sleep(0.3)
    assert "animation" not in server.query
    assert [e for e in server.received if e["type"].startswith("avatar.")] == []


async def test_frames_leave_on_schedule() -> None:
    async with fake_server([]) as server, open_session(Where(server.url)) as client:
        async with asyncio.timeout(60):
            while (sent_s := len(client.microphone.recorded) / 2 / 24_000) < 0.3:
                await asyncio.sleep(0.05)
        assert len(client.microphone.lateness_ms) == round(sent_s / 0.02)


async def test_no_answer_in_time_is_a_typed_error() -> None:
    async with fake_server([]) as server, open_session(Where(server.url)) as client:
        with pytest.raises(StageTimeout, match="an answer is heard"):
            await ask(client, "hello", tone(0.2), timeout_s=0.6)


async def test_silence_cannot_be_asked() -> None:
    async with fake_server([]) as server, open_session(Where(server.url)) as client:
        with pytest.raises(ValueError, match="silent"):
            await ask(client, "", b"\0\0" * 2400)


async def test_nobody_there_is_a_typed_error() -> None:
    with pytest.raises(Disconnected, match="nothing answers"):
        async with open_session(Where("http://127.0.0.1:9")):
            pass


async def test_a_server_that_hangs_up_is_a_typed_error() -> None:
    def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Disconnected, match="nothing answers"):
            async with open_session(Where(f"http://127.0.0.1:{port}")):
                pass
