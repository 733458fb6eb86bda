"""When each sound of known words is heard in speech whose engine does not say: forced alignment.

The recogniser's probabilities are walked by the row of sounds that the words have (Viterbi over a
CTC lattice). The row may end anywhere: of speech that is still being made, only the beginning of
its sounds has been heard.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.media import AudioChunk, Phone, Speech, Word
from avatar_serving.phone_reader import RATE, PhoneReader
from avatar_serving.samples import from_pcm, resampled
from avatar_serving.stages.tts.captions import as_written
from avatar_serving.stages.tts.reading import PAUSES, STRESSES, TRAILS, Reading

Scores = NDArray[np.float32]

_SAME = {
    "A": "eɪ", "I": "aɪ", "O": "oʊ", "Q": "oʊ", "W": "aʊ", "Y": "ɔɪ", "ʤ": "d͡ʒ", "ʧ": "t͡ʃ",
    "ʨ": "t͡ɕ", "ʨʰ": "t͡ɕʰ", "ꭧ": "t͡ʃ", "ꭧʰ": "t͡ʃ", "ʦ": "s", "ʦʰ": "s", "ᵻ": "ɪ", "T": "ɾ",
    "ɜɹ": "ɝ",
}  # fmt: skip
"""Sounds that the recogniser writes otherwise."""
_VOWELS = "aeiouyæøœɐɑɒɔəɚɛɜɝɤɨɪɯɵʉʊʌʏAIOQWYᵊᵻ"
_TONES = "→↗↓↘"
_REACH_S = 0.2
"""Most that a sound lasts to either side of its middle."""


@dataclass(frozen=True, slots=True)
class _Sound:
    symbol: str
    word: int
    """Which of the readings it belongs to."""


class Aligner:
    def __init__(self, reader: PhoneReader) -> None:
        self._reader = reader
        self._rows = {symbol: row for row, symbol in enumerate(reader.symbols)}

    def times(
        self, written: str, readings: list[Reading], audio: AudioChunk, whole: bool
    ) -> tuple[list[Phone], list[Word]]:
        """Sounds, and words as *written*, that are heard in *audio*.

        It has all of *readings*, which *written* sounds like, if it is *whole*.
        """
        sounds = list(_sounds(readings))
        heard = self._reader.read(resampled(from_pcm(audio.pcm), audio.sample_rate, RATE))
        if not sounds or not len(heard.times_s):
            return [], []
        rows = [self._row(sound.symbol) for sound in sounds]
        steps = walk(heard.log_probabilities, rows, len(self._rows) - 1, whole)
        middles = [float(np.mean(heard.times_s[first : last + 1])) for first, last in steps]
        phones = _lasting(sounds, middles, audio.seconds)
        return phones, list(_words(written, readings, sounds, phones))

    def _row(self, symbol: str) -> int:
        """Of a sound that the recogniser does not know, that of one it takes for it."""
        for known in (symbol, symbol.rstrip("ːʰʲ̃"), _SAME.get(symbol, ""), symbol[0]):
            known = _SAME.get(known, known)
            if known in self._rows:
                return self._rows[known]
        return self._rows["ə" if symbol[0] in _VOWELS else "t"]


def stretch(phones: list[Phone], words: list[Word], audio: AudioChunk, from_s: float) -> Speech:
    """*audio*, which begins *from_s* into the speech, with the part of the times that is in it."""
    until_s = from_s + audio.seconds
    return Speech(
        audio,
        tuple(
            Phone(p.symbol, max(0.0, p.start_s - from_s), min(p.end_s, until_s) - from_s)
            for p in phones
            if p.end_s > from_s and p.start_s < until_s
        ),
        tuple(
            Word(w.text, w.start_s - from_s, min(w.end_s, until_s) - from_s)
            for w in words
            if from_s <= w.start_s < until_s
        ),
    )


def walk(scores: Scores, rows: list[int], blank: int, whole: bool) -> list[tuple[int, int]]:
    """The first and last step at which each of *rows* is heard on the likeliest path.

    *scores*: log probabilities, steps x symbols. Unless *whole*, the path may end before the last
    row, and fewer pairs come back. A row that had no room is left out with all after it.
    """
    states = [blank, *(state for row in rows for state in (row, blank))]
    leaps = np.array(
        [i >= 2 and i % 2 == 1 and states[i] != states[i - 2] for i in range(len(states))]
    )
    best = np.full(len(states), -np.inf)
    best[:2] = scores[0, states[:2]]
    came = np.zeros((len(scores), len(states)), np.int8)
    for step in range(1, len(scores)):
        ways = np.stack([best, _later(best, 1), np.where(leaps, _later(best, 2), -np.inf)])
        came[step] = ways.argmax(axis=0)
        best = ways.max(axis=0) + scores[step, states]
    last = len(states) - 2 + int(np.argmax(best[-2:])) if whole else int(np.argmax(best))
    if not np.isfinite(best[last]):
        last = int(np.argmax(best))  # more sounds than steps
    return _spans(came, last)


def _spans(came: NDArray[np.int8], state: int) -> list[tuple[int, int]]:
    spans: dict[int, tuple[int, int]] = {}
    for step in range(len(came) - 1, -1, -1):
        if state % 2:
            _, last = spans.get(state // 2, (step, step))
            spans[state // 2] = step, last
        state -= int(came[step, state])
    return [spans[row] for row in sorted(spans)]


def _later(best: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    return np.concatenate([np.full(by, -np.inf), best[:-by]])[: len(best)]


def _sounds(readings: list[Reading]) -> Iterator[_Sound]:
    for number, reading in enumerate(readings):
        symbol = ""
        for letter in reading.symbols:
            if letter in TRAILS or letter in _TONES:
                symbol += "" if letter in _TONES else letter
                continue
            if symbol:
                yield _Sound(symbol, number)
            symbol = "" if letter in PAUSES or letter in STRESSES else letter
        if symbol:
            yield _Sound(symbol, number)


def _lasting(sounds: list[_Sound], middles: list[float], seconds: float) -> list[Phone]:
    """Each sound lasts to halfway to its neighbours."""
    phones: list[Phone] = []
    for i, at_s in enumerate(middles):
        before_s = middles[i - 1] if i else at_s - 2 * _REACH_S
        after_s = middles[i + 1] if i + 1 < len(middles) else at_s + _REACH_S
        begin_s = max((before_s + at_s) / 2, at_s - _REACH_S, 0.0)
        end_s = min((at_s + after_s) / 2, at_s + _REACH_S, seconds)
        phones.append(Phone(sounds[i].symbol, begin_s, max(begin_s, end_s)))
    return phones


def _words(
    written: str, readings: list[Reading], sounds: list[_Sound], phones: list[Phone]
) -> Iterator[Word]:
    """The words of *written* that were begun, timed by what was said in their place."""
    spans: list[tuple[float, float]] = []
    for number in range(sounds[len(phones) - 1].word + 1):
        own = [p for s, p in zip(sounds, phones, strict=False) if s.word == number]
        end_s = spans[-1][1] if spans else 0.0
        spans.append((own[0].start_s, own[-1].end_s) if own else (end_s, end_s))
    # A clock that counts readings: the times of written words, before any sound is known.
    counted = tuple(Word(r.text, float(i), i + 1.0) for i, r in enumerate(readings))
    for word in as_written(written, Speech(AudioChunk(b"", RATE), (), counted)).words:
        if word.start_s < len(spans):
            yield Word(word.text, _on(spans, word.start_s), _on(spans, word.end_s))


def _on(spans: list[tuple[float, float]], count: float) -> float:
    """When so many readings, and a part of the next, were said."""
    number = min(int(count), len(spans) - 1)
    start_s, end_s = spans[number]
    if count == number and number:
        start_s = max(start_s, spans[number - 1][1])
    return start_s + (end_s - start_s) * min(1.0, count - number)
