"""Times of known words, found in their sound."""

import numpy as np
import pytest

from avatar_serving import weights
from avatar_serving.flow import collect
from avatar_serving.media import AudioChunk, Phone, SpeechRequest, Word
from avatar_serving.phone_reader import PhoneReader
from avatar_serving.stages.tts.alignment import Aligner, stretch, walk
from avatar_serving.stages.tts.english import english_reader
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.text.speakable import speakable

BLANK = 3
TEXT = "The lazy judge chose a bowl of thin noodles, my boy."


def heard(*symbols: int) -> np.ndarray:
    """Log probabilities of a sound in which these are heard, one at each step."""
    scores = np.full((len(symbols), BLANK + 1), 0.02, np.float32)
    scores[np.arange(len(symbols)), symbols] = 0.94
    return np.log(scores)


def test_each_sound_is_found_where_it_is_heard() -> None:
    scores = heard(BLANK, 0, 0, BLANK, 1, 1, BLANK, 2)
    assert walk(scores, [0, 1, 2], BLANK, whole=True) == [(1, 2), (4, 5), (7, 7)]


def test_the_same_sound_twice_needs_silence_between() -> None:
    assert walk(heard(0, BLANK, 0), [0, 0], BLANK, whole=True) == [(0, 0), (2, 2)]
    assert walk(heard(0, 0, 1), [0, 1], BLANK, whole=True) == [(0, 1), (2, 2)]


def test_of_a_beginning_only_the_first_sounds_are_found() -> None:
    scores = heard(BLANK, 0, BLANK, 1, BLANK)
    assert walk(scores, [0, 1, 2, 0], BLANK, whole=False) == [(1, 1), (3, 3)]
    assert len(walk(scores, [0, 1, 2], BLANK, whole=True)) == 3


def test_more_sounds_than_steps_are_cut() -> None:
    assert len(walk(heard(0, 1), [0, 1, 2, 0, 1], BLANK, whole=True)) <= 2


def test_a_stretch_has_the_times_that_are_in_it() -> None:
    phones = [Phone("a", 0.1, 0.4), Phone("b", 0.4, 0.7), Phone("c", 0.9, 1.0)]
    words = [Word("ab", 0.1, 0.7), Word("c", 0.9, 1.0)]
    second = stretch(phones, words, AudioChunk(bytes(2 * 7200), 24_000), from_s=0.5)
    assert [(p.symbol, round(p.start_s, 3), round(p.end_s, 3)) for p in second.phones] == [
        ("b", 0.0, 0.2)
    ]
    assert second.words == ()


@pytest.mark.weights
async def test_it_agrees_with_an_engine_that_knows() -> None:
    (speech,) = await collect(HibariConfig().build().run(SpeechRequest(TEXT, "hibari")))
    aligner = Aligner(PhoneReader(weights.path("phones"), weights.path("phones-vocabulary")))
    readings = english_reader().read(TEXT)
    phones, words = aligner.times(TEXT, readings, speech.audio, whole=True)
    assert [word.text for word in words] == [word.text for word in speech.words]
    apart = [abs(a.start_s - b.start_s) for a, b in zip(words, speech.words, strict=True)]
    assert np.median(apart) < 0.05 and max(apart) < 0.15
    half = AudioChunk(speech.audio.pcm[: len(speech.audio.pcm) // 4 * 2], 24_000)
    begun, early = aligner.times(TEXT, readings, half, whole=False)
    assert 0.3 * len(phones) < len(begun) < 0.7 * len(phones)
    assert early and len(early) < len(words)
    late = [abs(a.start_s - b.start_s) for a, b in zip(begun[:-3], phones, strict=False)]
    assert max(late) < 0.06


@pytest.mark.weights
async def test_words_are_those_that_were_written() -> None:
    text = "It is 5 o'clock, and 20% of the cake is gone."
    (speech,) = await collect(HibariConfig().build().run(SpeechRequest(text, "hibari")))
    aligner = Aligner(PhoneReader(weights.path("phones"), weights.path("phones-vocabulary")))
    readings = english_reader().read(speakable(text, "en"))
    _, words = aligner.times(text, readings, speech.audio, whole=True)
    assert [word.text for word in words] == text.split()
    apart = [abs(a.start_s - b.start_s) for a, b in zip(words, speech.words, strict=True)]
    assert max(apart) < 0.2
