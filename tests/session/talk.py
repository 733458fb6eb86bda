"""A scripted client of a session with test engines, on whatever clock the loop has."""

import asyncio
import base64
import json
import math
import struct
from contextlib import suppress

from avatar_serving.config import Conversation as Habits
from avatar_serving.detectors.end_of_turn.always import AlwaysConfig
from avatar_serving.detectors.vad.energy import EnergyConfig
from avatar_serving.limits import Limits
from avatar_serving.protocol.session_config import SessionConfig, merge
from avatar_serving.session.clock import Noted
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.session import Session
from avatar_serving.session.usage import Metered
from avatar_serving.stages.animate.still import StillConfig
from avatar_serving.stages.asr.scripted import ScriptedConfig
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.tts import find_voice
from avatar_serving.stages.tts.tone import ToneConfig
from pipelines.converse import ConverseStages, converse, speak_text

FRAME_S = 0.02
SEMANTIC = {"audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}


def powers(
    heard="Tell me a story.",
    *,
    asr_s=0.3,
    word_s=0.05,
    limits=None,
    llm=None,
    asr=None,
    habits=None,
    animate=None,
    streams=False,
):
    tone = ToneConfig()
    llm = llm or EchoConfig(word_s=word_s, prefix="You said this: ").build()
    tts, animate = tone.build(), animate or StillConfig().build()

    def speak(chat, manner, note, count):
        noted = Noted(Metered(llm, count), note, "llm_first_token")
        return converse(ConverseStages(noted, tts, animate, streams), chat, manner)

    def say(text, manner):
        return speak_text(ConverseStages(llm, tts, animate, streams), text, manner)

    return Powers(
        asr=asr or ScriptedConfig(text=heard, delay_s=asr_s).build(),
        llm=llm,
        reader=llm,
        speak=speak,
        say=say,
        vad=EnergyConfig().build(),
        end_of_turn=AlwaysConfig().build(),
        find_voice=lambda voice: find_voice(tone, voice),
        clips=(("idle", ""),),
        limits=limits or Limits(),
        habits=habits or Habits(),
        model="echo",
    )


class Talk:
    """One connection. Everything the session says is in ``events``, with its time."""

    def __init__(self, given=None, *, config=None, animated=True, secret=None):
        self.given = given or powers()
        self.events = []
        self.times = []
        self._inbox = asyncio.Queue()
        identity = Identity(None, "Ada", "", "", "tone", animated)
        settings = merge(SessionConfig(), config or {})
        self.session = Session(self.given, identity, settings, self._heard, secret=secret)

    async def __aenter__(self):
        self._task = asyncio.create_task(self.session.run(self._messages()))
        await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_):
        await self._inbox.put(None)
        with suppress(asyncio.CancelledError):
            await self._task

    async def _heard(self, text):
        self.events.append(json.loads(text))
        self.times.append(asyncio.get_running_loop().time())

    async def _messages(self):
        while (text := await self._inbox.get()) is not None:
            yield text

    async def send(self, kind, **fields):
        await self._inbox.put(json.dumps({"type": kind, **fields}))
        await asyncio.sleep(0.001)

    async def raw(self, text):
        await self._inbox.put(text)
        await asyncio.sleep(0.001)

    async def speak(self, seconds, level=0.5):
        """Sound in real time: a tone, or silence where *level* is 0."""
        for i in range(round(seconds / FRAME_S)):
            await self.send("input_audio_buffer.append", audio=frame(i, level))
            await asyncio.sleep(FRAME_S - 0.001)

    async def pause(self, seconds):
        await self.speak(seconds, level=0.0)

    async def until(self, kind, within_s=30.0):
        """Wait, listening in silence, until the session has said *kind*."""
        seen = len(self.of(kind))
        for _ in range(round(within_s / 0.1)):
            if len(self.of(kind)) > seen:
                return self.of(kind)[-1]
            await self.pause(0.1)
        raise AssertionError(f"no {kind} in {within_s} s; got {self.kinds()[-12:]}")

    def of(self, kind):
        return [event for event in self.events if event["type"] == kind]

    def kinds(self):
        return [event["type"] for event in self.events]

    def at(self, kind):
        return next(t for e, t in zip(self.events, self.times, strict=True) if e["type"] == kind)


def frame(index, level):
    count = round(FRAME_S * 24_000)
    start = index * count
    samples = [
        round(level * 20_000 * math.sin(2 * math.pi * 220 * (start + i) / 24_000))
        for i in range(count)
    ]
    return base64.b64encode(struct.pack(f"<{count}h", *samples)).decode()


def seconds_of(deltas):
    """How long the sound in some ``response.output_audio.delta`` events is."""
    return sum(len(base64.b64decode(event["delta"])) for event in deltas) / 48_000
