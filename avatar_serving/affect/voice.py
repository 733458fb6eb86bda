"""How somebody sounds: how high, lively, loud and quick, against the way they usually speak.

Aroused speech (joy, anger, fear) is higher, wider in pitch, louder and quicker; subdued speech is
the opposite: Scherer, "Vocal communication of emotion", Speech Communication 40 (2003), table 4;
Juslin & Laukka, Psychological Bulletin 129 (2003). Which of the aroused emotions it is cannot be
told this way; the words and the face say that.
"""

from dataclasses import dataclass
from math import log2, tanh
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from avatar_serving.media import AudioChunk

Reals = NDArray[np.floating[Any]]

_LONGEST_S = 5.0
_FRAME_S, _HOP_S = 0.040, 0.010
_LOWEST_HZ, _HIGHEST_HZ = 65.0, 420.0
_VOICED = 0.5
"""Autocorrelation at the pitch period from which a frame is voiced."""
_QUIET_DB = 30.0
"""Frames this far below the loudest are pauses."""
_FEW_FRAMES = 15
_SLOWEST_RATE, _FASTEST_RATE = 1.0, 9.0
"""A sound that swells more rarely or more often is no speech."""

_USUAL_RATE, _USUAL_RANGE = 4.2, 6.0
"""Of a speaker never heard before: syllables a second, semitones."""
_LEARN = 0.3


@dataclass(frozen=True, slots=True)
class Prosody:
    """Measured on the voiced part of an utterance."""

    level_db: float
    """Root mean square, dB below full scale."""
    pitch_hz: float
    """Median."""
    range_semitones: float
    """From the 10th to the 90th percentile of pitch."""
    rate: float
    """Peaks of loudness, nearly syllables, for each second that is not a pause."""


def prosody(audio: AudioChunk) -> Prosody | None:
    """Of the last 5 s of *audio*; None where there is too little voice in it."""
    rate = audio.sample_rate
    samples = np.frombuffer(audio.pcm, np.int16)[-round(_LONGEST_S * rate) :] / np.float32(32768)
    if len(samples) < 0.3 * rate:
        return None
    frames = _frames(samples, rate)
    level = 10 * np.log10(np.mean(frames**2, axis=1) + 1e-10)
    loud = level > max(level.max() - _QUIET_DB, -60.0)
    pitch = _pitch(frames[loud], rate)
    if len(pitch) < _FEW_FRAMES:
        return None
    syllables = _syllables(level, loud) / (np.count_nonzero(loud) * _HOP_S)
    if not _SLOWEST_RATE < syllables < _FASTEST_RATE:
        return None
    low, middle, high = np.percentile(pitch, (10, 50, 90))
    return Prosody(
        level_db=float(10 * np.log10(np.mean(10 ** (level[loud] / 10)))),
        pitch_hz=float(middle),
        range_semitones=float(12 * np.log2(high / low)),
        rate=float(syllables),
    )


class Tone:
    """One speaker's way of speaking, learnt as they are heard. ``push`` tells what is unusual."""

    def __init__(self) -> None:
        self._usual: Prosody | None = None

    def push(self, audio: AudioChunk) -> float:
        """Arousal, -1 (subdued) .. 1 (agitated), against the utterances before. Level and pitch
        say nothing of a speaker who is heard for the first time."""
        heard = prosody(audio)
        if heard is None:
            return 0.0
        arousal = _arousal(heard, self._usual)
        self._usual = heard if self._usual is None else _mixed(self._usual, heard)
        return arousal


def _arousal(heard: Prosody, usual: Prosody | None) -> float:
    """Every part is 1 for a change that listeners clearly notice."""
    if usual is None:
        quick = (heard.rate - _USUAL_RATE) / 1.5
        wide = (heard.range_semitones - _USUAL_RANGE) / 6.0
        return tanh(0.35 * quick + 0.25 * wide)
    higher = 12 * log2(heard.pitch_hz / usual.pitch_hz) / 3.0
    louder = (heard.level_db - usual.level_db) / 6.0
    quick = (heard.rate - usual.rate) / 1.5
    wide = (heard.range_semitones - usual.range_semitones) / 6.0
    return tanh(0.45 * higher + 0.35 * louder + 0.25 * quick + 0.15 * wide)


def _mixed(usual: Prosody, heard: Prosody) -> Prosody:
    def mix(old: float, new: float) -> float:
        return old + _LEARN * (new - old)

    return Prosody(
        mix(usual.level_db, heard.level_db),
        mix(usual.pitch_hz, heard.pitch_hz),
        mix(usual.range_semitones, heard.range_semitones),
        mix(usual.rate, heard.rate),
    )


def _frames(samples: Reals, rate: int) -> Reals:
    size, hop = round(_FRAME_S * rate), round(_HOP_S * rate)
    return np.lib.stride_tricks.sliding_window_view(samples, size)[::hop]


def _pitch(frames: Reals, rate: int) -> Reals:
    """Hz of every voiced frame: the highest peak of the autocorrelation, taken relative to that of
    the window (Boersma 1993)."""
    window = np.hanning(frames.shape[1]).astype(np.float32)
    shaped = (frames - frames.mean(axis=1, keepdims=True)) * window
    near, far = int(rate / _HIGHEST_HZ), int(rate / _LOWEST_HZ)
    size = 1 << (frames.shape[1] + far).bit_length()
    own = _autocorrelation(window[None, :], size)[:, : far + 1]
    found = _autocorrelation(shaped, size)[:, : far + 1] / own
    score = found / (found[:, :1] + 1e-12)
    # A multiple of the period fits nearly as well: the shortest must win where they are close.
    lags = np.arange(far + 1)
    weighed = score[:, near:] - 0.02 * np.log2(lags[near:] / near)
    best = weighed.argmax(axis=1) + near
    voiced = score[np.arange(len(score)), best] > _VOICED
    return rate / best[voiced]


def _autocorrelation(frames: Reals, size: int) -> Reals:
    """Of lags that do not reach round *size*."""
    spectrum = np.fft.rfft(frames, size, axis=1)
    return np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size, axis=1)


def _syllables(level: Reals, loud: NDArray[np.bool_]) -> int:
    """Peaks of intensity at least 2 dB above the dips beside them (de Jong & Wempe 2009)."""
    smooth = np.convolve(level, np.ones(5) / 5, mode="same")
    peaks, _ = find_peaks(smooth, prominence=2.0)
    return int(np.count_nonzero(loud[peaks]))
