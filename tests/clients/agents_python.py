"""openai-agents (Python), unchanged: a spoken turn in which the agent's tool is called."""

import asyncio
import json
import sys

from agents.realtime import RealtimeAgent, RealtimeRunner
from agents.tool import function_tool
from speech import PIECE_S, pieces


@function_tool
async def get_time() -> str:
    """The time of day."""
    return "It is noon."


async def main(url: str) -> None:
    agent = RealtimeAgent(name="Ada", instructions="Be brief.", tools=[get_time])
    runner = RealtimeRunner(agent)
    told = {"audio": 0, "tools": [], "errors": [], "history": [], "interrupted": 0}
    model = {
        "url": url.replace("http", "ws") + "/v1/realtime?model=default",
        "api_key": "unused",
        "initial_model_settings": {
            "audio": {"input": {"turn_detection": {"type": "server_vad"}}},
            "voice": "tone",
        },
    }
    async with await runner.run(model_config=model) as session:
        speaking = asyncio.create_task(speak(session))
        async with asyncio.timeout(30):
            async for event in session:
                match event.type:
                    case "audio":
                        told["audio"] += len(event.audio.data)
                    case "audio_interrupted":
                        told["interrupted"] += 1
                    case "tool_end":
                        told["tools"].append([event.tool.name, event.output])
                    case "error":
                        told["errors"].append(str(event.error))
                    case "history_updated":
                        told["history"] = [item.model_dump(mode="json") for item in event.history]
                    case "audio_end":
                        break
                    case _:
                        pass
        speaking.cancel()
    print(json.dumps(told))


async def speak(session) -> None:
    for piece in pieces():
        await session.send_audio(piece)
        await asyncio.sleep(PIECE_S)


asyncio.run(main(sys.argv[1]))
