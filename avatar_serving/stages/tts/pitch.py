"""Speech of another pitch, as long as before, in a voice that stays natural.

A sound played faster is higher. So the model speaks slower by the same ratio first, and what it
says is about as long as it was asked to be: nothing is stretched, and every phone keeps its place.
That moves the resonances of the mouth as far as the pitch, which makes a cartoon of a voice. More
than half of it is taken back by a filter that follows the spectral envelope; what is left is about
how much smaller people with higher voices are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from avatar_serving.errors import InvalidRequest
from avatar_serving.samples import Samples, resampled

LOWEST, HIGHEST = -6.0, 6.0
"""Semitones."""

_RESONANCE = 0.45
"""Resonances move by the ratio of the pitch to this power."""
_LATE_S = 0.055
"""How much later than it is heard a model puts a sound, whatever its speed (see timing.py)."""
_WINDOW, _HOP = 1024, 256
_ENVELOPE = 32
"""Cepstral coefficients that hold the envelope and not the voice's own harmonics, up to 500 Hz."""
_MOST = np.log(4.0)
"""Most that the filter raises or lowers a frequency."""


@dataclass(frozen=True, slots=True)
class Sound:
    samples: Samples
    """24 kHz."""
    lead_s: float
    """Where the first symbol begins."""
    seconds: list[float]
    """How long each symbol lasts."""


Say = Callable[[str, float], Sound]
"""Makes the sound of a row of symbols at a speed."""


def check_pitch(semitones: float) -> None:
    """
    Raises:
        InvalidRequest: out of LOWEST..HIGHEST.
    """
    if not LOWEST <= semitones <= HIGHEST:
        reason = f"pitch must be {LOWEST:g} to {HIGHEST:g} semitones, not {semitones:g}"
        raise InvalidRequest(reason, "pitch")


def pitched(say: Say, semitones: float) -> Say:
    """The same voice, higher or lower by *semitones*."""
    if semitones == 0:
        return say
    steps = Fraction(2 ** (semitones / 12)).limit_denominator(64)
    ratio = float(steps)

    def say_pitched(symbols: str, speed: float) -> Sound:
        sound = say(symbols, speed / ratio)
        moved = resampled(sound.samples, steps.numerator, steps.denominator)
        return Sound(
            _with_resonances(moved, ratio ** (_RESONANCE - 1)),
            (sound.lead_s - _LATE_S) / ratio + _LATE_S,
            [s / ratio for s in sound.seconds],
        )

    return say_pitched


def _with_resonances(samples: Samples, factor: float) -> Samples:
    """Move the spectral envelope by *factor*; the harmonics stay where they are."""
    if len(samples) < _WINDOW:
        return samples
    from scipy.signal import ShortTimeFFT  # slow to import

    window = np.hanning(_WINDOW + 1)[:-1]
    transform = ShortTimeFFT(window, _HOP, fs=1)
    spectrum = transform.stft(samples)
    envelope = _envelope(np.abs(spectrum))
    bins = np.arange(len(envelope))
    source = np.clip(bins / factor, 0, len(bins) - 1)
    below = np.minimum(source.astype(int), len(bins) - 2)
    part = (source - below)[:, None]
    wanted = envelope[below] * (1 - part) + envelope[below + 1] * part
    gain = np.exp(np.clip(wanted - envelope, -_MOST, _MOST))
    shaped = transform.istft(spectrum * gain, k1=len(samples))
    return _as_loud(np.asarray(shaped, np.float32), samples)


def _envelope(magnitude: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Natural logarithm of the smooth outline of each column."""
    cepstrum = np.fft.irfft(np.log(magnitude + 1e-5), axis=0)
    cepstrum[_ENVELOPE : len(cepstrum) - _ENVELOPE + 1] = 0
    return np.fft.rfft(cepstrum, axis=0).real


def _as_loud(samples: Samples, before: Samples) -> Samples:
    power = float(np.square(samples).mean())
    scale = np.sqrt(np.square(before).mean() / power) if power else 1.0
    peak = float(np.abs(samples).max(initial=0)) * scale
    return samples * np.float32(scale if peak <= 1 else scale / peak)
