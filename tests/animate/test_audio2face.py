"""The client of Audio2Face-3D, against a service of our own that speaks its protocol."""

import asyncio
import sys
from contextlib import aclosing
from typing import Any

import grpc
import numpy as np
import pytest

from avatar_serving.errors import (
    MissingExtra,
    Overloaded,
    StageFailed,
    StageTimeout,
    Unavailable,
)
from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, AudioChunk, FaceFrame, Mood, Phone
from avatar_serving.stages.animate.audio2face import Audio2FaceAnimate, Audio2FaceConfig
from avatar_serving.stages.animate.audio2face_messages import Weights, greeting, understood
from avatar_serving.stages.animate.timeline import COLUMN
from tests.animate.audio2face_service import Service, serving

RATE = 24_000
JAW, BLINK = COLUMN["jawOpen"], COLUMN["eyeBlinkLeft"]


def voice(seconds: float = 1.0) -> AudioChunk:
    """A tone that swells and fades away."""
    times = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * 180 * times) * np.sin(np.pi * times / seconds) * 30_000
    return AudioChunk(tone.astype("<i2").tobytes(), RATE)


def request(seconds: float = 1.0, **options: Any) -> AnimateRequest:
    return AnimateRequest(seconds, audio=voice(seconds), **options)


def engine(port: int, **options: Any) -> Audio2FaceAnimate:
    quick = {"address": f"127.0.0.1:{port}", "timeout_s": 2.0, "connect_s": 2.0}
    return Audio2FaceConfig.model_validate(quick | options).build()


def column(frames: list[FaceFrame], index: int) -> list[float]:
    return [frame.values[index] for frame in frames]


async def test_sound_goes_out_and_a_face_comes_back() -> None:
    service = Service()
    async with serving(service) as port:
        frames = await collect(engine(port).run(request(start_s=2.0)))
    assert len(service.heard) == 2 * 16_000
    assert [frame.at_s for frame in frames] == pytest.approx(np.arange(60, 90) / 30)
    jaw = column(frames, JAW)
    assert 10 < int(np.argmax(jaw)) < 20 and max(jaw) > 0.4 > jaw[1]
    assert max(column(frames, BLINK)) < 1, "lids are not the service's affair"


async def test_frames_come_while_sound_still_goes_out() -> None:
    service = Service()
    async with serving(service) as port:
        run = engine(port, chunk_ms=20).run(request(4.0))
        async with aclosing(run) as frames:
            first = await anext(frames)
    assert first.at_s == 0
    told, heard = service.ahead[0]
    assert (told, heard) == (0, 1280), "two messages of 20 ms hold the first 1/30 s"


async def test_the_greeting_is_as_the_public_api_numbers_it() -> None:
    """Written out by hand: field 1 of AudioStream is the header, whose fields 1, 3 and 4 are the
    sound (format 0, one channel, 16000 Hz, 16 bit), emotion_strength 0, and clamping."""
    header = "0a09" + "0800" + "1001" + "18807d" + "2010"
    rest = "1200" + "1a05" + "2d00000000" + "2202" + "1801"
    assert greeting(16_000, {}) == bytes.fromhex("0a18" + header + rest)
    frame = bytes.fromhex("12130a110a0f09000000000000e03f12040000003f")
    assert understood(frame) == [Weights(0.5, (0.5,))]


async def test_options_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A2F_KEY", "secret")
    service = Service()
    options = {"api_key_env": "A2F_KEY", "function_id": "f-1", "face": {"lowerFaceStrength": 1.3}}
    async with serving(service) as port:
        await collect(engine(port, **options).run(request(0.2)))
    (header,), (metadata,) = service.headers, service.metadata
    assert [(p.key, round(p.value, 3)) for p in header.face_params.float_params] == [
        ("lowerFaceStrength", 1.3)
    ]
    assert metadata["authorization"] == "Bearer secret" and metadata["function-id"] == "f-1"
    monkeypatch.delenv("A2F_KEY")
    with pytest.raises(StageFailed, match="A2F_KEY"):
        await collect(engine(1, **options).run(request(0.2)))


async def test_moods_are_ours_and_lips_close_over_them() -> None:
    async with serving(Service()) as port:
        animate = engine(port)
        plain = await collect(animate.run(request()))
        glad = await collect(animate.run(request(mood=Mood("joy", 1.0))))
    smile = COLUMN["mouthSmileLeft"]
    assert max(column(glad, smile)) > max(column(plain, smile)) + 0.2


async def test_silence_leaves_the_mouth_at_rest() -> None:
    still = AnimateRequest(1.0, audio=AudioChunk(bytes(2 * RATE), RATE))
    async with serving(Service()) as port:
        assert max(column(await collect(engine(port).run(still)), JAW)) == 0


async def test_without_sound_it_is_animated_from_its_phones() -> None:
    said = AnimateRequest(0.5, (Phone("ɑ", 0.1, 0.4),))
    assert max(column(await collect(engine(1).run(said)), JAW)) > 0.2


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded),
        (grpc.StatusCode.UNAUTHENTICATED, StageFailed),
        (grpc.StatusCode.DEADLINE_EXCEEDED, StageTimeout),
        (grpc.StatusCode.UNAVAILABLE, Unavailable),
    ],
)
async def test_errors_of_the_service_are_typed(
    code: grpc.StatusCode, error: type[Exception]
) -> None:
    async with serving(Service(fails_with=code)) as port:
        with pytest.raises(error):
            await collect(engine(port).run(request()))


async def test_a_bad_end_is_an_error_and_says_why() -> None:
    async with serving(Service(verdict="the clip is too long")) as port:
        with pytest.raises(StageFailed, match="too long"):
            await collect(engine(port).run(request()))


async def test_a_service_that_says_nothing_is_not_waited_for_for_ever() -> None:
    async with serving(Service(silent=True)) as port:
        with pytest.raises(StageTimeout):
            await collect(engine(port, timeout_s=0.2).run(request()))


async def test_no_service_is_an_error_that_may_pass() -> None:
    with pytest.raises(Unavailable) as caught:
        await collect(engine(1, connect_s=0.2, timeout_s=0.2).run(request()))
    assert caught.value.retryable and "127.0.0.1:1" in str(caught.value)


async def test_a_service_that_dies_in_the_middle_is_not_asked_again() -> None:
    service = Service(dies_after=12)
    async with serving(service) as port:
        with pytest.raises(Unavailable):
            await collect(engine(port).run(request()))
    assert len(service.headers) == 1


async def test_the_connection_is_made_again_when_the_service_comes_back() -> None:
    async with serving(Service()) as port:
        animate = engine(port)
        before = await collect(animate.run(request()))
    waiting = asyncio.create_task(collect(animate.run(request())))
    await asyncio.sleep(0.3)
    async with serving(Service(), port):
        assert await waiting == before


async def test_closing_the_stream_stops_the_service() -> None:
    service = Service()
    async with serving(service) as port:
        async with aclosing(engine(port, chunk_ms=20).run(request(30.0))) as frames:
            await anext(frames)
        before = -1
        while before != len(service.heard):
            before = len(service.heard)
            await asyncio.sleep(0.2)
    assert before < 2 * 16_000 * 30 / 4


def test_without_grpc_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    with pytest.raises(MissingExtra, match="audio2face"):
        engine(1)
