"""What an avatar does not talk about, and what it says instead."""

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_LISTS = Path(__file__).with_name("topics.yaml")
_LONGEST_PATTERN = 400


def _sound(pattern: str) -> str:
    """A regular expression that compiles, and that cannot match the empty text."""
    try:
        if re.compile(pattern).search(""):
            raise ValueError("it matches everything")
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, Field(min_length=1, max_length=_LONGEST_PATTERN), AfterValidator(_sound)]


class Topic(BaseModel):
    """Something not to be talked about."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=60, pattern=r"^[\w -]+$")
    """As metrics and logs name it."""
    about: str = Field(default="", max_length=300)
    """What it is, in a few words, for a language model that judges."""
    patterns: tuple[Pattern, ...] = ()
    """Regular expressions, matched without regard to case anywhere in a text."""


@cache
def listed_topics() -> dict[str, Topic]:
    """The topics that come with the program, by name."""
    given: list[dict[str, Any]] = yaml.safe_load(_LISTS.read_text())
    topics = [Topic.model_validate(each) for each in given]
    return {topic.name: topic for topic in topics}


def _listed(topic: str | Topic) -> str | Topic:
    if isinstance(topic, str) and topic not in listed_topics():
        raise ValueError(f"no topic list {topic!r}; there are: {', '.join(listed_topics())}")
    return topic


class Rails(BaseModel):
    """Guard rails of a profile, a persona or an avatar."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topics: tuple[Annotated[str | Topic, AfterValidator(_listed)], ...] = Field(
        default=(), max_length=40
    )
    """Topics that are refused: names of built-in lists, or lists of one's own (``name``, ``about``,
    ``patterns``)."""
    instructions: bool = True
    """Refuse attempts to have the instructions repeated or replaced, and stop an answer that
    recites them."""
    judge: bool = False
    """Ask the language model, before it answers, whether a message is about one of the topics.
    Costs a short request in each turn, and is as good as the model."""
    refusals: dict[str, Annotated[str, Field(min_length=1, max_length=300)]] = {}
    """What is said instead, by language (``en``, ``zh``); what is absent is built in."""

    @property
    def refused_topics(self) -> tuple[Topic, ...]:
        return tuple(listed_topics()[t] if isinstance(t, str) else t for t in self.topics)

    def and_also(self, other: "Rails") -> "Rails":
        """These with the topics, judge and refusal texts of an avatar. Whether the instructions are
        guarded is not its to say."""
        return Rails(
            topics=tuple(dict.fromkeys((*self.topics, *other.topics))),
            instructions=self.instructions,
            judge=self.judge or other.judge,
            refusals={**self.refusals, **other.refusals},
        )
