"""What the avatar remembers of its user in this session. Nothing, unless they agreed to it."""

import asyncio

from avatar_serving import logs
from avatar_serving.config import Memory
from avatar_serving.errors import AvatarError
from avatar_serving.memory import Fact, facts_in
from avatar_serving.memory.extract import sentences_by
from avatar_serving.memory.prompt import remembered
from avatar_serving.protocol.session_config import AvatarOptions
from avatar_serving.stages.base import Llm
from avatar_serving.store.memories import Memories, MemoryRow, Source

log = logs.get()


class Recall:
    """Facts are read once, when a user is named: the prompt then stays the same all along. What is
    learnt meanwhile is in the conversation anyway, and told to the next one."""

    def __init__(
        self, memories: Memories | None, habits: Memory, llm: Llm, avatar_id: str | None
    ) -> None:
        self._memories = memories
        self._habits = habits
        self._llm = llm
        self._avatar = avatar_id or ""
        self._user = ""
        self._heard: list[str] = []
        self.paragraph = ""
        """For the system prompt; empty where nothing is remembered."""

    async def recognise(self, options: AvatarOptions) -> bool:
        """Whom the avatar talks to, by the session's options; says whether the prompt changes.

        Raises:
            StageFailed: the store cannot be read.
        """
        user = options.user if options.remember else ""
        if user == self._user:
            return False
        self._user, self._heard, before = user, [], self.paragraph
        self.paragraph = ""
        if user and self._memories is not None:
            known = await asyncio.to_thread(self._memories.of, user, self._avatar)
            self.paragraph = remembered([row.text for row in _told(known, self._habits.told)])
        return self.paragraph != before

    async def learn(self, said: str) -> None:
        """Keep the facts in what the user has just said."""
        if not self._user or self._memories is None:
            return
        self._heard.append(said)
        await self._keep(facts_in(said), "said")

    async def close(self) -> None:
        """The talk is over: let the language model choose what else is worth keeping."""
        if self._habits.extract == "model" and self._heard:
            try:
                await self._keep(await sentences_by(self._llm, self._heard), "model")
            except AvatarError as error:
                log.warning("remembering failed", code=error.code)

    async def _keep(self, facts: tuple[Fact, ...], source: Source) -> None:
        if facts and self._memories is not None:
            await asyncio.to_thread(self._memories.learn, self._user, self._avatar, facts, source)


_FIRST = ("name", "home", "origin", "job", "age", "birthday", "allergy", "name of", "has")


def _told(known: list[MemoryRow], most: int) -> list[MemoryRow]:
    """Who somebody is comes before what they like, and of that the newest; in order of time."""
    ranked = sorted(reversed(known), key=lambda row: not row.slot.startswith(_FIRST))
    kept = {row.id for row in ranked[:most]}
    return [row for row in known if row.id in kept]
