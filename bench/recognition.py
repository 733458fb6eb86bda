"""Word error rate of the profile's recogniser on recorded speech."""

import asyncio
import re
import time

import numpy as np

from avatar_serving.config import Profile
from avatar_serving.flow import last
from avatar_serving.media import Utterance
from bench.figures import Figure, Target, figure
from bench.recordings import Recording

_DIGITS = "zero one two three four five six seven eight nine ten".split()
_SPELLINGS = {"mr": "mister", "metres": "meters"}


def recognition(profile: Profile, recordings: list[Recording]) -> list[Figure]:
    """Errors over all words of the set, and how long each recording took."""
    return asyncio.run(_measure(profile, recordings))


async def _measure(profile: Profile, recordings: list[Recording]) -> list[Figure]:
    asr = profile.asr.build()
    await last(asr.run(Utterance(recordings[0].audio, "en")))
    errors, words, times = 0, 0, list[float]()
    for recording in recordings:
        began = time.monotonic()
        transcript = await last(asr.run(Utterance(recording.audio, "en")))
        times.append((time.monotonic() - began) * 1000)
        wanted, got = plain_words(recording.text), plain_words(transcript.text)
        errors += word_errors(wanted, got)
        words += len(wanted)
    note = f"{words} words of {len(recordings)} recordings of people, English"
    return [
        figure("word error rate, recorded speech", "%", Target(""), [100 * errors / words], note),
        figure("recognition of a recording", "ms", Target(""), times),
    ]


def plain_words(text: str) -> list[str]:
    """Lower case, without marks; small numbers as words, larger ones digit by digit."""
    words: list[str] = re.findall(r"[a-z']+|\d+", text.lower())
    spelt = (_SPELLINGS.get(word, word) for word in words)
    return [part for word in spelt for part in _number(word)]


def _number(word: str) -> list[str]:
    if not word.isdigit():
        return [word]
    return [_DIGITS[int(word)]] if int(word) <= 10 else [_DIGITS[int(digit)] for digit in word]


def word_errors(wanted: list[str], got: list[str]) -> int:
    """Fewest words to insert, delete or replace (Levenshtein 1966)."""
    row = np.arange(len(got) + 1)
    for i, word in enumerate(wanted):
        before, row = row, np.empty_like(row)
        row[0] = i + 1
        for j, other in enumerate(got):
            row[j + 1] = min(before[j] + (word != other), before[j + 1] + 1, row[j] + 1)
    return int(row[-1])
