"""A microphone that is always on: 20 ms frames on a monotonic schedule, speech or silence."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

from avatar_serving.client.playout import AUDIBLE

RATE = 24_000
FRAME_S = 0.02
_FRAME_BYTES = round(RATE * FRAME_S) * 2


@dataclass(frozen=True, slots=True)
class Uttered:
    """Something the user said, on the clock of ``time.monotonic``."""

    began_s: float
    """First sample that can be heard."""
    ended_s: float
    """Last sample that can be heard."""


class Microphone:
    """Sends what is said in real time. A frame leaves when its last sample has been recorded."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]], keep: bool = True) -> None:
        self.recorded = bytearray()
        """Everything sent so far, if it is to be kept."""
        self.sent = 0
        """Bytes sent so far."""
        self.origin_s = time.monotonic()
        """When the first sample was recorded."""
        self.lateness_ms: list[float] = []
        """How much later than scheduled each frame left."""
        self._send = send
        self._keep = keep
        self._pending = bytearray()

    async def run(self) -> None:
        """Record for ever."""
        index = 0
        while True:
            index += 1
            due_s = self.origin_s + index * FRAME_S
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            frame = bytes(self._pending[:_FRAME_BYTES]).ljust(_FRAME_BYTES, b"\0")
            del self._pending[:_FRAME_BYTES]
            self.sent += len(frame)
            if self._keep:
                self.recorded += frame
            self.lateness_ms.append(max(0.0, time.monotonic() - due_s) * 1000)
            await self._send(frame)

    def say(self, pcm: bytes) -> Uttered:
        """Speak *pcm* (24 kHz mono) after what is being said already; when it will have been said.

        Raises:
            ValueError: nothing in it can be heard.
        """
        samples = np.abs(np.frombuffer(pcm, "<i2").astype(np.int32))
        loud = np.flatnonzero(samples > AUDIBLE)
        if not len(loud):
            raise ValueError("the speech is silent")
        start_s = self.origin_s + (self.sent + len(self._pending)) / 2 / RATE
        self.hear(pcm)
        return Uttered(start_s + int(loud[0]) / RATE, start_s + (int(loud[-1]) + 1) / RATE)

    def hear(self, pcm: bytes) -> None:
        """Record any sound after what is being recorded already."""
        self._pending += pcm
