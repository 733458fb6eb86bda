"""livekit-plugins-openai's RealtimeModel, unchanged: a spoken turn, then its tool is called."""

import asyncio
import json
import sys

from livekit import rtc
from livekit.agents import function_tool, llm
from livekit.plugins import openai
from speech import PIECE_S, RATE, pieces


@function_tool
async def get_time() -> str:
    """The time of day."""
    return "It is noon."


async def main(url: str) -> None:
    told = {"audio": 0, "text": "", "heard": [], "tools": [], "errors": [], "started": 0}
    done = asyncio.Event()
    model = openai.realtime.RealtimeModel(base_url=f"{url}/v1", api_key="unused", voice="tone")
    session = model.session()
    await session.update_tools([get_time])
    reading: set[asyncio.Task] = set()

    async def read(generation) -> None:
        async for message in generation.message_stream:
            async for frame in message.audio_stream:
                told["audio"] += len(bytes(frame.data))
            async for text in message.text_stream:
                told["text"] += str(text)
            done.set()

    async def call(generation) -> None:
        async for called in generation.function_stream:
            told["tools"].append(called.name)
            context = session.chat_ctx.copy()
            context.items.append(
                llm.FunctionCallOutput(
                    call_id=called.call_id, name=called.name, output="It is noon.", is_error=False
                )
            )
            await session.update_chat_ctx(context)
            session.generate_reply()

    def begun(generation) -> None:
        for work in (read(generation), call(generation)):
            task = asyncio.create_task(work)
            reading.add(task)

    session.on("generation_created", begun)
    session.on("input_speech_started", lambda _: told.update(started=told["started"] + 1))
    session.on(
        "input_audio_transcription_completed",
        lambda e: told["heard"].append(e.transcript) if e.is_final else None,
    )
    session.on("error", lambda e: told["errors"].append(str(e.error)))
    async with asyncio.timeout(40):
        for piece in pieces():
            session.push_audio(rtc.AudioFrame(piece, RATE, 1, len(piece) // 2))
            await asyncio.sleep(PIECE_S)
            if done.is_set():
                break
        await done.wait()
    await session.aclose()
    print(json.dumps(told))


asyncio.run(main(sys.argv[1]))
