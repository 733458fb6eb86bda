"""How much of what a user told in one talk the language model still answers in the next."""

import asyncio
import re
from contextlib import aclosing
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from avatar_serving.config import Profile
from avatar_serving.media import ChatRequest, Message
from avatar_serving.memory import facts_in
from avatar_serving.memory.prompt import remembered
from avatar_serving.session.persona import system_prompt
from avatar_serving.stages.base import Llm
from bench.figures import Figure, Target, figure

_TALKS = Path(__file__).with_name("recall.yaml")
_LONGEST = 40


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ask: str
    right: str
    """Pattern of a right answer."""

    def answered_by(self, answer: str) -> bool:
        return re.search(self.right, answer, re.IGNORECASE) is not None


class TwoTalks(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str
    told: str
    """All that the user says in the first."""
    asked: tuple[Asked, ...]
    """What they ask in the second, each as its first words."""

    @property
    def notes(self) -> str:
        """What the second talk knows of the first: facts by rule, as a session keeps them."""
        return remembered([fact.text for fact in facts_in(self.told)])


def talks() -> list[TwoTalks]:
    return [TwoTalks.model_validate(talk) for talk in yaml.safe_load(_TALKS.read_text())]


def recall(profile: Profile) -> list[Figure]:
    """Share of right answers of the profile's default model, greedy, for each language."""
    return asyncio.run(_measure(profile.llm.build(), talks()))


async def _measure(llm: Llm, all_talks: list[TwoTalks]) -> list[Figure]:
    return [await _of(llm, talk) for talk in all_talks]


async def _of(llm: Llm, talk: TwoTalks) -> Figure:
    right = await right_answers(llm, talk, talk.notes)
    bare = await right_answers(llm, talk, "")
    note = f"{right} of {len(talk.asked)} questions about the talk before; without memory {bare}"
    share = 100 * right / len(talk.asked)
    return figure(f"memory recall, {talk.language}", "%", Target("", least=True), [share], note)


async def right_answers(llm: Llm, talk: TwoTalks, notes: str) -> int:
    """How many questions *llm* answers right with *notes* in its instructions."""
    prompt = Message("system", system_prompt(language=talk.language, notes=notes))
    right = 0
    for asked in talk.asked:
        messages = (prompt, Message("user", asked.ask))
        chat = ChatRequest(messages, _LONGEST, temperature=0.0, seed=0)
        right += asked.answered_by(await _answer(llm, chat))
    return right


async def _answer(llm: Llm, chat: ChatRequest) -> str:
    said = ""
    async with aclosing(llm.run(chat)) as deltas:
        async for delta in deltas:
            said += delta if isinstance(delta, str) else ""
    return said
