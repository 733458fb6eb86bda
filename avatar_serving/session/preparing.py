"""What can be done for the next answer while nobody waits for it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from avatar_serving import logs
from avatar_serving.errors import AvatarError
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.powers import Powers
from avatar_serving.session.summary import summary_request

log = logs.get()


class Preparing:
    """Has the language model read what it knows so far, and sum up what has left its window."""

    def __init__(
        self, powers: Powers, conversation: Conversation, chat: Callable[[], ChatRequest]
    ) -> None:
        self._powers = powers
        self._conversation = conversation
        self._chat = chat
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.stop()
        if self._powers.habits.read_ahead or self._powers.habits.summarise:
            self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Somebody waits for the model."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        try:
            chat = self._chat()
            if self._powers.habits.summarise and await self._summarise():
                chat = self._chat()
            if self._powers.habits.read_ahead:
                await collect(self._powers.reader.run(replace(chat, max_tokens=1)))
        except AvatarError as error:
            log.warning("preparing the next answer failed", code=error.code)

    async def _summarise(self) -> bool:
        """Put what has left the model's window into a few words."""
        before, left = self._conversation.left_behind()
        if not left:
            return False
        told = [message for message in left.values() if message.text]
        deltas = await collect(self._powers.reader.run(summary_request(before, told)))
        summary = "".join(delta for delta in deltas if isinstance(delta, str)).strip()
        self._conversation.summarise(summary or before, left)
        return True
