"""Song, and speech with a band: sounds whose phones are known, for measuring."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from avatar_serving.media import AudioChunk
from avatar_serving.samples import Samples, from_pcm, to_pcm

Wave = NDArray[np.floating]

NOTES_HZ = (220.0, 247.0, 262.0, 294.0, 262.0, 330.0, 294.0, 247.0)
NOTE_S = 0.45
VIBRATO_HZ, VIBRATO = 5.5, 0.012
FRAME_S = 0.0125
"""Of the pitch that the voice `hibari` is synthesised from."""
BEAT_S = 0.4


@contextmanager
def singing() -> Generator[None]:
    """A `hibari` engine that is built meanwhile sings what it says: held notes, with vibrato."""
    from hibari import dsp

    plain: Callable[..., Samples] = dsp.synth

    def sung(*parts: NDArray[np.float32]) -> Samples:
        return plain(*parts[:5], _melody(parts[5]), *parts[6:])

    dsp.synth = sung
    try:
        yield
    finally:
        dsp.synth = plain


def _melody(hertz: NDArray[np.float32]) -> NDArray[np.float32]:
    """Notes where there is a voice; *hertz*: what it would speak, 0 where there is none."""
    times = np.arange(len(hertz)) * FRAME_S
    notes = np.array(NOTES_HZ)[(times / NOTE_S).astype(int) % len(NOTES_HZ)]
    wave = 1 + VIBRATO * np.sin(2 * np.pi * VIBRATO_HZ * times)
    return np.where(hertz > 0, notes * wave, 0).astype(np.float32)


def over_music(speech: AudioChunk, above_db: float) -> AudioChunk:
    """*speech* that is by *above_db* louder than a band that plays along."""
    said, rate = from_pcm(speech.pcm), speech.sample_rate
    music = _band(len(said), rate)
    return _chunk(said + music * _level(said) / _level(music) * 10 ** (-above_db / 20), rate)


def _band(length: int, rate: int) -> Wave:
    """Chords that are struck on a beat and die away."""
    chance, times = np.random.default_rng(1), np.arange(length) / rate
    wave = np.zeros(length)
    for beat in np.arange(0, times[-1], BEAT_S):
        after = times[times >= beat] - beat
        root = 110 * 2 ** (chance.integers(0, 12) / 12)
        tones = [np.sin(2 * np.pi * root * ratio * after) / ratio for ratio in (1, 1.26, 1.5, 2, 3)]
        wave[times >= beat] += np.sum(tones, axis=0) * np.exp(-3 * after)
    return wave


def _level(wave: Wave) -> float:
    return float(np.sqrt(np.square(wave).mean()) + 1e-9)


def _chunk(wave: Wave, rate: int) -> AudioChunk:
    samples = np.asarray(wave / max(1.0, float(np.abs(wave).max())), np.float32)
    return AudioChunk(to_pcm(samples), rate)
