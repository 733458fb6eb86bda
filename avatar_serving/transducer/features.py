"""What the encoder listens to: mel spectra of any part of an utterance, as of the whole of it."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from avatar_serving.samples import Samples

Floats = NDArray[np.float32]

RATE = 16_000
_HOP, _WINDOW, _TRANSFORM = 160, 400, 512
_EMPHASIS = 0.97
_LEAST = 2.0**-24


def samples_for(frames: int) -> int:
    """How many samples the first *frames* spectra are made of."""
    return (frames - 1) * _HOP + _WINDOW // 2


def mel(samples: Samples, first: int, until: int, bands: int) -> Floats:
    """Frames *first* to *until* of 10 ms each, frames x *bands*, natural logarithm of the power.

    Beyond the end of *samples* there is silence. High notes are raised first (pre-emphasis).
    """
    begin = first * _HOP - _WINDOW // 2
    taken = range(begin - 1, samples_for(until))
    there = samples[max(0, taken.start) : taken.stop]
    padded = np.pad(there, (max(0, -taken.start), 0))
    padded = np.pad(padded, (0, len(taken) - len(padded)))
    raised = padded[1:] - _EMPHASIS * padded[:-1]
    raised[max(0, len(samples) - begin) :] = 0
    framed = np.lib.stride_tricks.sliding_window_view(raised, _WINDOW)[::_HOP]
    power = np.abs(np.fft.rfft(framed * np.hanning(_WINDOW), _TRANSFORM)) ** 2
    return np.log(power @ _filters(bands).T + _LEAST).astype(np.float32)


@cache
def _filters(bands: int) -> Floats:
    """Slaney's triangles, each of the same area: bands x bins."""
    from faster_whisper.feature_extractor import FeatureExtractor

    return np.asarray(FeatureExtractor.get_mel_filters(RATE, _TRANSFORM, bands), np.float32)
