"""When each sound and each word of synthesised speech is heard."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from avatar_serving.media import AudioChunk, Phone, Speech, Word
from avatar_serving.samples import Samples, to_pcm
from avatar_serving.stages.tts.base import SAMPLE_RATE
from avatar_serving.stages.tts.reading import PAUSES, STRESSES, TRAILS, Reading

Timed = TypeVar("Timed", Phone, Word)

_JOINED_S = 0.08
"""A space between words that lasts less is no silence: the sound before it goes on."""
_QUIET_DB = -46.0
"""Under the loudest sample."""
_LATE_S = 0.055
"""The models' durations put every sound this much later than it is heard: the shift at which the
sonority of phones correlates best with the energy of the sound, 50 to 70 ms over five voices."""
_LEAD_S, _TAIL_S = 0.02, 0.04
"""Silence left before and after the speech."""


def timed_speech(
    readings: list[Reading], seconds: list[float], lead_s: float, sound: Samples
) -> Speech:
    """Join sound and timing, without the silence around them.

    *seconds* has a number for each symbol of *readings*; the first symbol begins at *lead_s*.
    """
    heard_s = lead_s - _LATE_S
    speech = Speech(
        AudioChunk(b"", SAMPLE_RATE),
        tuple(_phones("".join(r.symbols for r in readings), seconds, heard_s)),
        tuple(_words(readings, seconds, heard_s)),
    )
    return _trimmed(speech, sound)


def _phones(symbols: str, seconds: list[float], at_s: float) -> list[Phone]:
    phones: list[Phone] = []
    stress, stressed_s = "", at_s
    for symbol, length_s in zip(symbols, seconds, strict=True):
        end_s = at_s + length_s
        if symbol in STRESSES:
            stress, stressed_s = symbol, at_s
        elif symbol in TRAILS and phones:
            phones[-1] = Phone(phones[-1].symbol + symbol, phones[-1].start_s, end_s)
        elif symbol == " " and phones and length_s < _JOINED_S and phones[-1].end_s == at_s:
            phones[-1] = replace(phones[-1], end_s=end_s)
        elif symbol not in PAUSES:
            phones.append(Phone(stress + symbol, stressed_s if stress else at_s, end_s))
            stress = ""
        at_s = end_s
    return phones


def _words(readings: list[Reading], seconds: list[float], at_s: float) -> list[Word]:
    words: list[Word] = []
    done = 0
    for reading in readings:
        spent = seconds[done : done + len(reading.symbols)]
        silent = _silent_tail(reading.symbols)
        end_s = at_s + sum(spent)
        if any(c.isalnum() for c in reading.text):
            words.append(Word(reading.text, at_s, end_s - sum(spent[len(spent) - silent :])))
        at_s, done = end_s, done + len(reading.symbols)
    return words


def _silent_tail(symbols: str) -> int:
    return len(symbols) - len(symbols.rstrip("".join(PAUSES)))


def _trimmed(speech: Speech, sound: Samples) -> Speech:
    """Cut silence off both ends and move the times to match."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max(initial=0) * 10 ** (_QUIET_DB / 20))
    if not len(loud):
        return replace(speech, audio=AudioChunk(b"", SAMPLE_RATE), phones=(), words=())
    start = max(0, int(loud[0]) - round(_LEAD_S * SAMPLE_RATE))
    kept = sound[start : int(loud[-1]) + round(_TAIL_S * SAMPLE_RATE)]
    audio = AudioChunk(to_pcm(kept), SAMPLE_RATE)
    shift_s, end_s = start / SAMPLE_RATE, audio.seconds
    return Speech(
        audio,
        tuple(p for p in (_moved(p, shift_s, end_s) for p in speech.phones) if p.end_s > p.start_s),
        tuple(_moved(word, shift_s, end_s) for word in speech.words),
    )


def _moved(item: Timed, shift_s: float, end_s: float) -> Timed:
    start, end = (min(max(0.0, t - shift_s), end_s) for t in (item.start_s, item.end_s))
    return replace(item, start_s=start, end_s=end)
