"""pipecat's OpenAIRealtimeLLMService, unchanged: a spoken turn in which its tool is called."""

import asyncio
import json
import os
import sys

from loguru import logger
from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMRunFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.runner import PipelineRunner
from pipecat.pipeline.task import PipelineTask
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.openai.realtime import events
from pipecat.services.openai.realtime.llm import OpenAIRealtimeLLMService
from speech import PIECE_S, RATE, pieces

TOOL = FunctionSchema("get_time", "The time of day.", {}, [])


class Notes(FrameProcessor):
    """Writes down what reaches the end of the pipeline."""

    def __init__(self, told) -> None:
        super().__init__()
        self.told = told
        self.greeted = asyncio.Event()
        self.done = asyncio.Event()

    async def process_frame(self, frame, direction) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case TTSAudioRawFrame():
                self.told["audio"] += len(frame.audio)
                self.greeted.set()
            case TTSTextFrame():
                self.told["text"] += frame.text
            case TranscriptionFrame():
                self.told["heard"].append(frame.text)
            case InterruptionFrame():
                self.told["interrupted"] += 1
            case ErrorFrame():
                self.told["errors"].append(frame.error)
            case TTSStoppedFrame() if self.told["tools"]:
                self.done.set()
            case _:
                pass
        await self.push_frame(frame, direction)


async def main(url: str) -> None:
    told = {"audio": 0, "text": "", "heard": [], "tools": [], "errors": [], "interrupted": 0}
    detection = events.TurnDetection(type="server_vad")
    audio = events.AudioConfiguration(
        input=events.AudioInput(turn_detection=detection),
        output=events.AudioOutput(voice="tone"),
    )
    service = OpenAIRealtimeLLMService(
        api_key="unused",
        base_url=url.replace("http", "ws") + "/v1/realtime",
        settings=OpenAIRealtimeLLMService.Settings(
            session_properties=events.SessionProperties(audio=audio)
        ),
    )

    async def get_time(call) -> None:
        # At once, pipecat would take the user to be speaking still, and never ask for the answer.
        await asyncio.sleep(0.3)
        told["tools"].append(call.function_name)
        await call.result_callback("It is noon.")

    service.register_function("get_time", get_time)
    context = LLMContext([], ToolsSchema(standard_tools=[TOOL]))
    both = LLMContextAggregatorPair(context)
    # What a user said travels up to its aggregator, what the avatar says down.
    before, after = Notes(told), Notes(told)
    pipeline = Pipeline([both.user(), before, service, after, both.assistant()])
    task = PipelineTask(pipeline)
    running = asyncio.create_task(PipelineRunner(handle_sigint=False).run(task))
    await task.queue_frame(LLMRunFrame())
    async with asyncio.timeout(40):
        # It connects in its own time, and what is said before is lost.
        await after.greeted.wait()
        for piece in pieces():
            await task.queue_frame(InputAudioRawFrame(piece, RATE, 1))
            await asyncio.sleep(PIECE_S)
            if after.done.is_set():
                break
        await after.done.wait()
    await task.queue_frame(EndFrame())
    await asyncio.wait({running}, timeout=5)
    print(json.dumps(told), flush=True)
    os._exit(0)  # its workers may wait for each other for minutes


logger.remove()
logger.add(sys.stderr, level="WARNING")
asyncio.run(main(sys.argv[1]))
