"""Another sample rate, chunk by chunk, as if the sound had come in one piece."""

from functools import lru_cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

_ZEROS = 16
"""Zero crossings of the filter on either side; it delays sound by as many of the slower samples."""
_PASSED = 0.92
"""Part of the narrower band that is let through."""
_BETA = 7.0


class Resampler:
    """A polyphase low-pass filter that remembers the last samples. Mono, signed 16-bit."""

    def __init__(self, source_hz: int, target_hz: int) -> None:
        divisor = gcd(source_hz, target_hz)
        self._up, self._down = target_hz // divisor, source_hz // divisor
        self._phases = phases(self._up, self._down)
        self._memory = np.zeros(self._phases.shape[1] - 1)
        self._seen = 0
        self._done = 0

    def push(self, pcm: bytes) -> bytes:
        """The samples that *pcm* adds: after n samples, ceil(n * target / source) in all."""
        if self._up == self._down:
            return pcm
        block = np.concatenate([self._memory, np.frombuffer(pcm, "<i2")])
        self._seen += len(block) - len(self._memory)
        due = -(-self._seen * self._up // self._down)
        sound = self._filter(block, due)
        self._memory = block[len(block) - len(self._memory) :]
        self._done = due
        return np.clip(np.rint(sound), -32768, 32767).astype("<i2").tobytes()

    def _filter(self, block: NDArray[np.float64], due: int) -> NDArray[np.float64]:
        """Output samples from ``_done`` to *due*; *block* ends at input sample ``_seen``."""
        places = np.arange(self._done, due) * self._down
        newest = places // self._up - self._seen + len(block)
        steps = np.arange(self._phases.shape[1])
        heard = block[newest[:, None] - steps[None, :]]
        return np.einsum("ij,ij->i", heard, self._phases[places % self._up])


@lru_cache(maxsize=16)
def phases(up: int, down: int) -> NDArray[np.float64]:
    """The filter's taps, one row for each of *up* places between two input samples."""
    taps = low_pass(max(up, down)) * up
    padded = np.zeros(-(-len(taps) // up) * up)
    padded[: len(taps)] = taps
    return np.ascontiguousarray(padded.reshape(-1, up).T)


def low_pass(factor: int) -> NDArray[np.float64]:
    """A linear-phase filter that keeps the lowest 1 / *factor* of the band; its sum is 1."""
    half = _ZEROS * factor
    place = np.arange(-half, half + 1)
    taps = np.sinc(place * _PASSED / factor) * np.kaiser(len(place), _BETA)
    return taps / taps.sum()
