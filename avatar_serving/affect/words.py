"""What somebody feels, by the words they say: a lexicon, negations, and words that add or take.

The rules follow those of VADER (Hutto & Gilbert, "VADER: A Parsimonious Rule-based Model for
Sentiment Analysis of Social Media Text", ICWSM 2014): a negation turns what comes soon after it,
degree words scale it, and what follows a "but" counts for more than what was before.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from avatar_serving.affect.feeling import Feeling, UserEmotion, together
from avatar_serving.affect.lexicon import Sign, signs
from avatar_serving.text.languages import Language, language_of

_NEGATED_JOY = 0.8
"""How sad an absent joy is. The absence of anything bad is nothing at all."""
_BEFORE_BUT = 0.5
_MORE, _LESS = 1.3, 0.6
_REACH_WORDS, _REACH_CHARS = 3, 4
"""How far a negation or a degree word reaches."""

_TOKEN = re.compile(r"[a-z]+(?:['\u2019][a-z]+)*|[?!.,;:]")
_NOT = {"not", "no", "never", "without", "hardly", "nor", "cannot", "isn't", "wasn't", "don't",
        "didn't", "doesn't", "won't", "wouldn't", "can't", "couldn't", "aren't", "weren't",
        "haven't", "hasn't", "hadn't", "ain't", "nothing", "isnt", "dont", "didnt"}  # fmt: skip
_VERY = {"very", "really", "so", "too", "extremely", "absolutely", "totally", "completely",
         "incredibly", "terribly", "truly", "deeply", "super"}  # fmt: skip
_BARELY = {"bit", "slightly", "somewhat", "little", "rather", "kinda", "fairly"}
_BUT = {"but", "however"}

_ZH_NOT = re.compile(
    r"(?:不是|不太|不怎么|没有|并不|从不|不|没|(?<!特)别|未|无)[^，。！？；]{0,2}$"
)
_ZH_VERY = re.compile(r"(?:非常|特别|十分|真的|真是|简直|极其|超级|太|很|好|真|最|超)$")
_ZH_BARELY = re.compile(r"(?:有一点|有点儿|有点|有些|稍微|略微)$")
_ZH_BUT = re.compile(r"但是|可是|不过|然而|但")


@dataclass(frozen=True, slots=True)
class _Hit:
    sign: Sign
    negated: bool
    factor: float


def feeling_in(text: str, language: Language | None = None) -> Feeling:
    """What the words of *text* tell. English and Chinese; *language* None: as it is written."""
    find: Callable[[str], Iterator[_Hit]] = (
        _chinese_hits if (language or language_of(text)) == "zh" else _english_hits
    )
    loud = 1.15 if "!" in text or "！" in text else 1.0
    return together(_weighed(hit, loud) for hit in find(text.lower()))


def _weighed(hit: _Hit, loud: float) -> Feeling:
    emotion: UserEmotion = hit.sign.emotion
    strength = hit.sign.strength * hit.factor * loud
    if hit.negated and emotion == "joy":
        return Feeling(sadness=min(1.0, strength * _NEGATED_JOY))
    if hit.negated and emotion != "surprise":
        return Feeling()
    return Feeling.of({emotion: strength})


def _english_hits(text: str) -> Iterator[_Hit]:
    tokens = _TOKEN.findall(text.replace("\u2019", "'"))
    turn = max((i for i, token in enumerate(tokens) if token in _BUT), default=-1)
    at = 0
    while at < len(tokens):
        length, found = _longest(tokens, at)
        before = tokens[max(0, at - _REACH_WORDS) : at]
        factor = _factor(before) * (_BEFORE_BUT if at < turn else 1.0)
        for sign in found:
            yield _Hit(sign, _turned(before), factor)
        at += length


@cache
def _english() -> tuple[dict[str, tuple[Sign, ...]], tuple[tuple[str, tuple[Sign, ...]], ...], int]:
    """Whole entries by their tokens, entries with an open ending, and the longest in tokens."""
    whole: dict[str, tuple[Sign, ...]] = {}
    stems: list[tuple[str, tuple[Sign, ...]]] = []
    for entry, found in signs("en").items():
        if entry.endswith("*"):
            stems.append((entry[:-1], found))
        else:
            whole[" ".join(_TOKEN.findall(entry))] = found
    return whole, tuple(stems), max(entry.count(" ") + 1 for entry in whole)


def _longest(tokens: list[str], at: int) -> tuple[int, tuple[Sign, ...]]:
    """The longest entry that begins at a token: how many tokens it has, and what it tells."""
    whole, stems, most = _english()
    for length in range(min(most, len(tokens) - at), 0, -1):
        found = whole.get(" ".join(tokens[at : at + length]))
        if found is not None:
            return length, found
    return 1, next((found for stem, found in stems if tokens[at].startswith(stem)), ())


def _turned(before: list[str]) -> bool:
    ended = max((i for i, token in enumerate(before) if token in "?!.,;:"), default=-1)
    since = before[ended + 1 :]
    return any(token in _NOT for token in since) and "stop" not in since


def _factor(before: list[str]) -> float:
    if any(token in _BARELY for token in before[-2:]):
        return _LESS
    return _MORE if any(token in _VERY for token in before[-2:]) else 1.0


def _chinese_hits(text: str) -> Iterator[_Hit]:
    turn = max((match.end() for match in _ZH_BUT.finditer(text)), default=0)
    for match in _chinese().finditer(text):
        before = text[max(0, match.start() - _REACH_CHARS) : match.start()]
        weight = _BEFORE_BUT if match.start() < turn else 1.0
        for sign in signs("zh")[match.group()]:
            yield _Hit(sign, bool(_ZH_NOT.search(before)), _zh_factor(before) * weight)


def _zh_factor(before: str) -> float:
    if _ZH_BARELY.search(before):
        return _LESS
    return _MORE if _ZH_VERY.search(before) else 1.0


@cache
def _chinese() -> re.Pattern[str]:
    """All entries, the longest first."""
    return re.compile("|".join(map(re.escape, sorted(signs("zh"), key=len, reverse=True))))
