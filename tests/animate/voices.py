"""Sound to be heard: sung vowels, chords, noise."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from avatar_serving.media import AudioChunk
from avatar_serving.samples import to_pcm
from avatar_serving.stages.animate.sound import RATE

Wave = NDArray[np.float64]
FORMANTS = {"a": (750, 1200), "i": (300, 2300), "u": (320, 800), "o": (450, 850), "e": (500, 1900)}

UPPER = (2700, 3600)
"""Formants that hardly differ between vowels."""


def seconds(length_s: float) -> Wave:
    return np.arange(round(length_s * RATE)) / RATE


def sung(vowel: str, length_s: float, hertz: float = 196.0) -> Wave:
    """One vowel on one note, with vibrato; -1..1."""
    t = seconds(length_s)
    phase = np.cumsum(hertz * (1 + 0.015 * np.sin(2 * np.pi * 5.5 * t))) / RATE
    wave: Wave = np.sum([np.sin(2 * np.pi * k * phase) / k**0.5 for k in range(1, 18)], axis=0)
    for formant in (*FORMANTS[vowel], *UPPER):
        r = np.exp(-np.pi * 90 / RATE)
        pole = [1.0, -2 * r * np.cos(2 * np.pi * formant / RATE), r * r]
        wave = np.asarray(lfilter([1 - r], pole, wave))
    swell = np.minimum(1.0, np.minimum(t, t[-1] - t) / 0.06 + 0.02)
    return wave / np.abs(wave).max() * swell


def song(vowels: str, each_s: float = 0.8) -> Wave:
    scale = (0, 2, 4, 5, 7, 9)
    notes = [sung(v, each_s, 196 * 2 ** (scale[i % 6] / 12)) for i, v in enumerate(vowels)]
    return np.concatenate(notes)


def band(length_s: float, seed: int = 1) -> Wave:
    """Chords on a beat."""
    rng, t = np.random.default_rng(seed), seconds(length_s)
    wave = np.zeros_like(t)
    for beat in np.arange(0, length_s, 0.4):
        after = np.clip(t - beat, 0, None)
        root = 110 * 2 ** (rng.integers(0, 12) / 12)
        for ratio in (1, 1.26, 1.5, 2, 3):
            tone = np.sin(2 * np.pi * root * ratio * after) * np.exp(-3 * after) / ratio
            wave += np.where(t >= beat, tone, 0.0)
    return wave / np.abs(wave).max()


def chunk(wave: Wave, loud: float = 0.3) -> AudioChunk:
    return AudioChunk(to_pcm((loud * wave).astype(np.float32)), RATE)
