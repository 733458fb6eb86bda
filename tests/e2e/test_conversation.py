"""A voice turn with real models, through the OpenAI SDK, unchanged."""

import asyncio
import base64
import re

import pytest
from openai import AsyncOpenAI

from tests.e2e.conftest import RATE, silence, spoken

pytestmark = [pytest.mark.weights, pytest.mark.serve]


@pytest.mark.parametrize(
    ("question", "voice", "heard", "language"),
    [
        ("What is the capital of France?", "am_michael", r"capital of France", "en"),
        ("你好，你是谁？", "zf_xiaobei", r"你是谁", "zh"),
    ],
)
async def test_a_spoken_question_is_heard_and_answered(service, question, voice, heard, language):
    client = AsyncOpenAI(api_key="unused", base_url=service + "/v1")
    sound = await asyncio.to_thread(spoken, service, question, voice)
    said, answer, pcm = "", "", b""
    async with client.realtime.connect(model="default") as connection:
        await connection.session.update(
            session={"type": "realtime", "instructions": "You are a teacher. Answer briefly."}
        )
        talking = asyncio.create_task(_talk(connection, sound))
        async with asyncio.timeout(180):
            async for event in connection:
                if event.type == "conversation.item.input_audio_transcription.completed":
                    said = event.transcript
                elif event.type == "response.output_audio.delta":
                    pcm += base64.b64decode(event.delta)
                elif event.type == "response.output_audio_transcript.done":
                    answer = event.transcript
                elif event.type == "response.done":
                    assert event.response.status == "completed"
                    break
        talking.cancel()
    assert re.search(heard, said, re.IGNORECASE), said
    assert len(pcm) > RATE
    if language == "en":
        assert "Paris" in answer
    else:
        assert re.search(r"[\u4e00-\u9fff]", answer), answer


async def _talk(connection, sound):
    pcm = silence(0.4) + sound + silence(15)
    for start in range(0, len(pcm), 960):
        chunk = base64.b64encode(pcm[start : start + 960]).decode()
        await connection.input_audio_buffer.append(audio=chunk)
        await asyncio.sleep(0.02)
