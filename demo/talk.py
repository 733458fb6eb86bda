"""The spoken conversation, in real time, over the real socket."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from avatar_serving.client import Diary, RealtimeClient, Turn, Where, ask, open_session
from demo.script import LEAVE_AFTER_S, LINES

_BEFORE_S, _AFTER_S = 1.0, 1.5
_CLIPS_S = 10.0


@dataclass(frozen=True, slots=True)
class Conversation:
    """What happened, on one clock whose zero is the microphone's first sample."""

    turns: tuple[Turn, ...]
    diary: Diary
    origin_s: float
    microphone: bytes
    """24 kHz mono: everything the user's side recorded."""
    lateness_ms: tuple[float, ...]
    """Of the microphone's frames."""

    @property
    def seconds(self) -> float:
        return len(self.microphone) / 2 / 24_000


async def converse(where: Where, speech: list[bytes], say: Callable[[str], None]) -> Conversation:
    """Say every line of the script and listen."""
    async with open_session(where) as client:
        await client.wait_for("clips arrive", lambda: bool(client.diary.clips), _CLIPS_S)
        await asyncio.sleep(_BEFORE_S)
        turns = [await _turn(client, i, speech[i], say) for i in range(len(LINES))]
        await client.wait_for("the last turn is reported", lambda: turns[-1].answer.reported, 5)
        await asyncio.sleep(_AFTER_S)
        recorded = bytes(client.microphone.recorded)
        late = tuple(client.microphone.lateness_ms)
        return Conversation(tuple(turns), client.diary, client.microphone.origin_s, recorded, late)


async def _turn(client: RealtimeClient, index: int, pcm: bytes, say: Callable[[str], None]) -> Turn:
    line = LINES[index]
    cut = index + 1 < len(LINES) and LINES[index + 1].interrupts
    if not line.interrupts:
        await asyncio.sleep(line.pause_s)
    say(f'turn {index + 1}/{len(LINES)}: the user says "{line.text}"')
    began = time.monotonic()
    turn = await ask(client, line.text, pcm, leave_after_s=LEAVE_AFTER_S if cut else None)
    took = f"voice to voice {turn.voice_to_voice_ms:.0f} ms"
    say(f'  heard "{turn.heard}"; answer "{turn.answer.transcript.strip()}" ({took})')
    if cut:
        say(f"  {time.monotonic() - began:.1f} s in, the user interrupts")
    return turn
