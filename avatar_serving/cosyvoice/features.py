"""What the networks around a recording listen to: three kinds of mel spectrogram."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from avatar_serving.cosyvoice.sizes import RATE, SAMPLES_A_FRAME
from avatar_serving.samples import Samples

Floats = NDArray[np.float32]

HEARD_RATE = 16_000
"""Samples a second of what is heard for tokens and for the speaker."""
_WINDOW = 1920
_BANDS = 80
_HEARD_BANDS = 128
_KALDI_WINDOW, _KALDI_HOP, _KALDI_FFT = 400, 160, 512
_EMPHASIS = 0.97
_LEAST = float(np.finfo(np.float32).eps)


def spoken_mel(samples: Samples) -> Floats:
    """What the flow continues: frames x 80, natural logarithm of the magnitude, 24 kHz."""
    around = (_WINDOW - SAMPLES_A_FRAME) // 2
    padded = np.pad(samples, around, mode="reflect")
    framed = _framed(padded, _WINDOW, SAMPLES_A_FRAME) * _hann(_WINDOW)
    magnitude = np.sqrt(np.abs(np.fft.rfft(framed)) ** 2 + 1e-9)
    return np.log(np.maximum(magnitude @ _filters().T, 1e-5)).astype(np.float32)


def heard_mel(samples: Samples) -> Floats:
    """What the tokeniser hears: 128 x frames, as Whisper large does, 16 kHz."""
    from faster_whisper.feature_extractor import FeatureExtractor

    extractor = FeatureExtractor(feature_size=_HEARD_BANDS)
    return np.asarray(extractor(samples, padding=0), np.float32)


def speaker_mel(samples: Samples) -> Floats:
    """What tells speakers apart: frames x 80, Kaldi's filter bank around its mean, 16 kHz."""
    framed = _framed(samples, _KALDI_WINDOW, _KALDI_HOP)
    framed = framed - framed.mean(axis=1, keepdims=True)
    before = np.concatenate([framed[:, :1], framed[:, :-1]], axis=1)
    window = np.hanning(_KALDI_WINDOW) ** 0.85
    power = np.abs(np.fft.rfft((framed - _EMPHASIS * before) * window, _KALDI_FFT)) ** 2
    bands = np.log(np.maximum(power @ _kaldi_filters().T, _LEAST))
    return (bands - bands.mean(axis=0)).astype(np.float32)


def _framed(samples: Samples, window: int, hop: int) -> Floats:
    if len(samples) < window:
        samples = np.pad(samples, (0, window - len(samples)))
    return np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]


def _hann(length: int) -> Floats:
    return np.hanning(length + 1)[:-1].astype(np.float32)


@cache
def _filters() -> Floats:
    """Slaney's triangles, each of the same area: 80 x bins."""
    from faster_whisper.feature_extractor import FeatureExtractor

    return np.asarray(FeatureExtractor.get_mel_filters(RATE, _WINDOW, _BANDS), np.float32)


@cache
def _kaldi_filters() -> Floats:
    """Triangles on the mel scale from 20 Hz up, each 1 at its top: 80 x bins."""
    hertz = np.arange(_KALDI_FFT // 2 + 1) * HEARD_RATE / _KALDI_FFT
    mel = 1127 * np.log1p(hertz / 700)
    low, high = (1127 * np.log1p(f / 700) for f in (20.0, HEARD_RATE / 2))
    step = (high - low) / (_BANDS + 1)
    left = low + step * np.arange(_BANDS)[:, None]
    triangles = np.minimum(mel - left, left + 2 * step - mel) / step
    return np.maximum(triangles, 0).astype(np.float32)
