"""What a user has said so far, recognised while they still speak."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import takewhile

from avatar_serving import logs
from avatar_serving.errors import AvatarError
from avatar_serving.media import AudioChunk, Transcript

log = logs.get()

_MARKS = ".,!?;:…。，！？、；：-"
_WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\s\u3040-\u30ff\u4e00-\u9fff]+\s*|\s+")

Recognise = Callable[[AudioChunk], Awaitable[Transcript]]
Tell = Callable[[str], Awaitable[None]]


class Agreement:
    """Words are certain once two recognitions in a row begin with them (LocalAgreement-2 of
    Macháček et al. 2023, "Turning Whisper into Real-Time Transcription System")."""

    def __init__(self) -> None:
        self._told = ""
        self._before = ""

    def push(self, text: str) -> str:
        """Take a new recognition of the whole turn; returns what is newly certain."""
        agreed = _common_start(self._before, text)
        self._before = text
        return self._new(agreed)

    def settle(self, text: str) -> str:
        """The turn begins with *text* for certain; returns what had not been told of it."""
        return self._new(text)

    def _new(self, certain: str) -> str:
        if not certain.startswith(self._told):
            return ""
        told, self._told = self._told, certain
        return certain[len(told) :]


class Partials:
    """The running transcript of one turn, recognised anew every *every_s* seconds of it."""

    def __init__(self, recognise: Recognise, tell: Tell, every_s: float) -> None:
        self._recognise = recognise
        self._tell = tell
        self._every_s = every_s
        self._agreement = Agreement()
        self._due_s = every_s
        self._task: asyncio.Task[None] | None = None

    def hear(self, spoken_s: float, said: Callable[[], AudioChunk]) -> None:
        """The turn is *spoken_s* long; *said* is its sound."""
        busy = self._task is not None and not self._task.done()
        if self._every_s and spoken_s >= self._due_s and not busy:
            self._due_s = spoken_s + self._every_s
            self._task = asyncio.create_task(self._run(said()))

    async def finish(self, text: str) -> None:
        """The turn is over; tell what is left of its transcript."""
        await self.stop()
        await self._say(self._agreement.settle(text))

    async def stop(self) -> None:
        """Tell nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self, said: AudioChunk) -> None:
        try:
            heard = await self._recognise(said)
            told = self._agreement.push if heard.final else self._agreement.settle
            await self._say(told(heard.text))
        except AvatarError as error:
            log.warning("a partial transcript failed", code=error.code)

    async def _say(self, delta: str) -> None:
        if delta:
            await self._tell(delta)


def _common_start(one: str, other: str) -> str:
    """The words that both begin with, as *other* writes them, without a mark at their end: the
    sentence may go on."""
    pairs = zip(_WORD.findall(one), _WORD.findall(other), strict=False)
    shared = takewhile(lambda pair: _bare(pair[0]) == _bare(pair[1]), pairs)
    return "".join(word for _, word in shared).rstrip(_MARKS + " ")


def _bare(word: str) -> str:
    return word.lower().strip(_MARKS + " ")
