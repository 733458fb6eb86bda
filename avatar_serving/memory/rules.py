"""Facts in what a user says, found by the way people introduce themselves. No model needed."""

import re
from collections.abc import Iterator

from avatar_serving.memory.english import ENGLISH
from avatar_serving.memory.facts import LONGEST_CHARS, LONGEST_SLOT_CHARS, Fact, is_order, plain
from avatar_serving.memory.mandarin import MANDARIN
from avatar_serving.memory.pattern import Pattern
from avatar_serving.text.languages import language_of

_SENTENCE = re.compile(r"[^.!?。！？；;\n]+")


def facts_in(text: str) -> tuple[Fact, ...]:
    """What *text* tells of the one who says it, in order; of one slot only the last."""
    patterns = MANDARIN if language_of(text) == "zh" else ENGLISH
    found: dict[str, Fact] = {}
    for sentence in _SENTENCE.findall(text.replace("\u2019", "'")):
        for fact in _facts(sentence.strip(), patterns):
            found.pop(fact.slot, None)
            found[fact.slot] = fact
    return tuple(found.values())


def _facts(sentence: str, patterns: tuple[Pattern, ...]) -> Iterator[Fact]:
    for pattern in patterns:
        for match in pattern.expression.finditer(sentence):
            values = {name: plain(value) for name, value in match.groupdict("").items()}
            if not all(_sound(value) for value in values.values()) or pattern.excludes(values):
                continue
            slot = pattern.slot.format(**{k: v.lower() for k, v in values.items()})
            text = pattern.text.format(**values)
            if len(text) <= LONGEST_CHARS:
                yield Fact(slot[:LONGEST_SLOT_CHARS], text)


def _sound(value: str) -> bool:
    return bool(value) and not is_order(value)
