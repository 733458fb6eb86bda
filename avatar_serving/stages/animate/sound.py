"""What a face hears in a stretch of sound: how loud and how high it is, frame by frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from avatar_serving.media import AudioChunk
from avatar_serving.samples import Samples, from_pcm, resampled
from avatar_serving.stages.animate.timeline import Floats, Timeline

RATE = 16_000
"""Samples a second of everything here."""
_WINDOW = 800
"""50 ms: two periods of a low voice."""
_QUIET_DB = -38.0
"""Under the loudest frame: what is softer is a pause."""
_FULL_DB = -60.0
"""Under full scale: nothing softer counts as sound at all."""
_LOWEST_HZ, _HIGHEST_HZ = 75.0, 420.0
_VOICED = 0.45
"""Share of a frame's power that comes back one period later, from which it has a pitch."""
_DIP = 0.5


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono, 16 kHz, -1..1."""

    samples: Samples

    def windows(self, times_s: Floats, length: int = _WINDOW) -> NDArray[np.float32]:
        """times x *length* samples centred on *times_s*; silence beyond the ends."""
        padded = np.pad(self.samples, (length, length))
        starts = np.round(times_s * RATE).astype(int) + length - length // 2
        starts = np.clip(starts, 0, len(padded) - length)
        return padded[starts[:, None] + np.arange(length)]

    def level_db(self, times_s: Floats) -> Floats:
        """Root mean square around each time, in dB under full scale."""
        power = np.mean(np.square(self.windows(times_s), dtype=np.float64), axis=1)
        return 10 * np.log10(power + 1e-12)


@dataclass(frozen=True, slots=True)
class Prosody:
    """Loudness and melody at each frame of a stretch."""

    loud: Floats
    """0 (a pause) .. 1 (the loudest frame)."""
    semitones: Floats
    """Pitch over the stretch's own median; 0 where there is none."""


def listen(audio: AudioChunk) -> Sound:
    """Bring sound to 16 kHz."""
    return Sound(resampled(from_pcm(audio.pcm), audio.sample_rate, RATE))


def prosody(sound: Sound, line: Timeline) -> Prosody:
    """Of the frames of *line*; *sound* begins with the stretch."""
    times = line.stretch_s
    if not line.count or not len(sound.samples):
        return Prosody(np.zeros(line.count), np.zeros(line.count))
    return Prosody(loudness(sound.level_db(times)), _melody(_pitch_hz(sound.windows(times)), line))


def loudness(level_db: Floats) -> Floats:
    """0 at 38 dB under the loudest, 1 at the loudest; all 0 where there is only silence."""
    top = float(level_db.max(initial=-200.0))
    if top < _FULL_DB:
        return np.zeros_like(level_db)
    return np.clip((level_db - top - _QUIET_DB) / -_QUIET_DB, 0.0, 1.0)


def clarity(windows: NDArray[np.float32]) -> Floats:
    """How nearly each of *windows* repeats itself after one period of a voice: 1 is a single note,
    0 noise. Of shorter periods the first dip in the autocorrelation is passed, for anything is like
    itself a moment later."""
    shares = _repeats(windows, 0)
    dipped = np.logical_or.accumulate(shares < _DIP, axis=1)
    return np.where(dipped, shares, 0.0).max(axis=1)


def _pitch_hz(windows: NDArray[np.float32]) -> Floats:
    """By the peak of the autocorrelation; 0 where a frame has no clear period."""
    first = int(RATE / _HIGHEST_HZ)
    shares = _repeats(windows, first)
    best = np.argmax(shares - 0.0004 * np.arange(shares.shape[1]), axis=1)
    clear = shares[np.arange(len(best)), best] > _VOICED
    return np.where(clear, RATE / (first + best), 0.0)


def _repeats(windows: NDArray[np.float32], first: int) -> Floats:
    """The share of its power with which each window comes back after *first* samples or more, up to
    the longest period of a voice.

    The autocorrelation is divided by that of the window, as P. Boersma does (Proc. IFA Amsterdam
    17, 1993).
    """
    taper = np.hanning(windows.shape[1])
    size = 2 * windows.shape[1]
    centred = (windows - windows.mean(axis=1, keepdims=True)) * taper
    own = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2)
    of_taper = np.fft.irfft(np.abs(np.fft.rfft(taper, size)) ** 2)
    last = int(RATE / _LOWEST_HZ)
    return own[:, first:last] / (own[:, :1] + 1e-9) / (of_taper[first:last] / of_taper[0])


def _melody(hertz: Floats, line: Timeline) -> Floats:
    """Semitones about the median, bridged where there is no pitch, without the jumps of octaves."""
    voiced = hertz > 0
    if voiced.sum() < 3:
        return np.zeros(line.count)
    tones = 12 * np.log2(hertz[voiced] / np.median(hertz[voiced]))
    frames = np.arange(line.count)
    bridged = np.interp(frames, frames[voiced], np.clip(tones, -7.0, 7.0))
    return gaussian_filter1d(bridged, 0.05 * line.fps, mode="nearest")
