"""What was said up to a pause, and the answer to it, prepared before the turn is certain."""

import asyncio
from collections.abc import Awaitable, Callable

from avatar_serving.media import Transcript
from avatar_serving.session.answer import Answer


class Draft:
    """Recognise, then begin the answer. Nobody hears of either until they are asked for."""

    def __init__(
        self,
        transcribe: Callable[[], Awaitable[Transcript]],
        begin_answer: Callable[[Transcript], Answer | None] | None,
    ) -> None:
        self.answer: Answer | None = None
        self._transcribe = transcribe
        self._begin_answer = begin_answer
        self._task = asyncio.create_task(self._run())

    async def transcript(self) -> Transcript:
        """Raises: what recognition raised."""
        return await asyncio.shield(self._task)

    async def drop(self) -> None:
        """The user went on, or the session is over."""
        self._task.cancel()
        await asyncio.wait({self._task})
        if self.answer is not None:
            answer, self.answer = self.answer, None
            await answer.drop()

    async def _run(self) -> Transcript:
        transcript = await self._transcribe()
        if transcript.text and self._begin_answer is not None:
            self.answer = self._begin_answer(transcript)
        return transcript
