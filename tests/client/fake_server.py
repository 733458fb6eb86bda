"""A realtime server of a few lines: hears by loudness, answers with a tone."""

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from websockets.asyncio.server import ServerConnection, serve

from avatar_serving.media import CHANNELS

RATE = 24_000
_SILENCE_FRAMES = 10


def tone(seconds: float, level: int = 8000) -> bytes:
    phase = 2 * np.pi * 300 * np.arange(round(seconds * RATE)) / RATE
    return (np.sin(phase) * level).astype("<i2").tobytes()


def motion(frames: int, jaw: float) -> str:
    values = np.zeros((frames, len(CHANNELS)))
    values[:, CHANNELS.index("jawOpen")] = jaw
    values[:, CHANNELS.index("headYaw")] = 9.0 / 90
    return base64.b64encode((values * 32767).astype("<i2").tobytes()).decode()


class FakeServer:
    """One answer for each stretch of loud audio; ``received`` keeps what the client sent."""

    def __init__(self, answer: list[bytes]) -> None:
        self.url = ""
        self.received: list[dict[str, Any]] = []
        self.query = ""
        self._answer = answer
        self._loud = self._quiet = self._turns = 0

    def told(self, kind: str, field: str) -> list[Any]:
        """*field* of every event of that *kind*, as they came."""
        return [event[field] for event in self.received if event["type"] == kind]

    async def talk(self, socket: ServerConnection) -> None:
        self.query = socket.request.path if socket.request else ""
        clips = [{"behaviour": "idle", "frames": motion(30, 0.0)}]
        await self._send(socket, "session.created", session={"id": "sess_1"})
        await self._send(socket, "avatar.clips", fps=30, channels=CHANNELS, clips=clips)
        await self._send(socket, "rate_limits.updated", rate_limits=[])
        async for text in socket:
            event = json.loads(text)
            if event["type"] == "input_audio_buffer.append":
                await self._hear(socket, base64.b64decode(event["audio"]))
            else:
                self.received.append(event)

    async def _hear(self, socket: ServerConnection, pcm: bytes) -> None:
        loud = np.abs(np.frombuffer(pcm, "<i2").astype(int)).max() > 1000
        if loud:
            self._quiet = 0
            self._loud += 1
            if self._loud == 3:
                await self._send(
                    socket, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0
                )
        elif self._loud >= 3:
            self._quiet += 1
            if self._quiet == _SILENCE_FRAMES:
                self._loud = 0
                await self._reply(socket)

    async def _reply(self, socket: ServerConnection) -> None:
        self._turns += 1
        ids = {"response_id": f"r{self._turns}", "item_id": f"a{self._turns}"}
        heard = "conversation.item.input_audio_transcription.completed"
        await self._send(socket, heard, item_id="u", transcript=" hello ")
        await self._send(socket, "avatar.state", state="speaking")
        await self._send(socket, "response.created", response={"id": ids["response_id"]})
        await self._send(socket, "avatar.animation.started", fps=30, channels=CHANNELS, **ids)
        at_s = 0.0
        for part in self._answer:
            await self._send(
                socket, "response.output_audio.delta", delta=base64.b64encode(part).decode(), **ids
            )
            seconds = len(part) / 2 / RATE
            first, past = round(at_s * 30), round((at_s + seconds) * 30)
            at_s += seconds
            await self._send(
                socket, "avatar.animation.delta", time_code=first / 30,
                frames=motion(past - first, 0.5), **ids,
            )  # fmt: skip
        await self._send(socket, "response.output_audio_transcript.delta", delta="Hi.", **ids)
        await self._send(socket, "response.output_audio.done", **ids)
        response = {"id": ids["response_id"], "status": "completed", "output": []}
        await self._send(socket, "response.done", response=response)
        await self._send(socket, "avatar.turn", timings_ms={"asr": 120}, **ids)

    async def _send(self, socket: ServerConnection, kind: str, **fields: Any) -> None:
        await socket.send(json.dumps({"type": kind, "event_id": "event_1", **fields}))


@asynccontextmanager
async def fake_server(answer: list[bytes]) -> AsyncGenerator[FakeServer, None]:
    fake = FakeServer(answer)
    async with serve(fake.talk, "127.0.0.1", 0) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        fake.url = f"http://127.0.0.1:{port}"
        yield fake
