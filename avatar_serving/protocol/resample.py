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
_GROUP = 24
"""Samples that are a row: with fewer, most of the work is to copy what rows have in common."""


class Resampler:
    """A polyphase low-pass filter that remembers the last samples. Mono, signed 16-bit.

    Every *down* samples that come in are a group, out of which *up* samples come. Groups and the
    samples that their filter reaches back to are the rows of one matrix product, whose numbers of
    24 bits are enough for samples of 16.
    """

    def __init__(self, source_hz: int, target_hz: int) -> None:
        divisor = gcd(source_hz, target_hz)
        up, down = target_hz // divisor, source_hz // divisor
        together = max(1, _GROUP // down)
        self._up, self._down = up * together, down * together
        self._bank = bank(up, down, together)
        self._reach = len(self._bank) - self._down
        self._block = np.zeros(self._reach, np.float32)
        self._given = 0
        """Samples of the first group in the block that have been given out."""

    def push(self, pcm: bytes) -> bytes:
        """The samples that *pcm* adds: after n samples, ceil(n * target / source) in all."""
        if self._up == self._down:
            return pcm
        block = np.concatenate([self._block, np.frombuffer(pcm, "<i2")], dtype=np.float32)
        seen = len(block) - self._reach
        due = -(-seen * self._up // self._down)
        sound = self._filter(block, -(-seen // self._down))[self._given : due]
        full = seen // self._down
        self._block, self._given = block[full * self._down :], due - full * self._up
        return np.rint(sound).clip(-32768, 32767).astype("<i2").tobytes()

    def _filter(self, block: NDArray[np.float32], groups: int) -> NDArray[np.float32]:
        """What comes out of *groups*, the last of which may have only begun."""
        whole = np.zeros(self._reach + groups * self._down, np.float32)
        whole[: len(block)] = block
        step = whole.strides[0]
        rows = np.ndarray(
            (groups, len(self._bank)), whole.dtype, whole, strides=(self._down * step, step)
        )
        return (np.ascontiguousarray(rows) @ self._bank).ravel()


@lru_cache(maxsize=16)
def bank(up: int, down: int, together: int) -> NDArray[np.float32]:
    """One column for each of the samples that come out of *together* times *down*: what of those,
    the last rows, and of the samples before them is in it."""
    taps = low_pass(max(up, down)) * up
    reach = -(-len(taps) // up) - 1
    made = np.zeros((reach + together * down, together * up), np.float32)
    for place in range(together * up):
        newest, phase = divmod(place * down, up)
        own = taps[phase::up]
        made[reach + newest - np.arange(len(own)), place] = own
    return made


def low_pass(factor: int) -> NDArray[np.float64]:
    """A linear-phase filter that keeps the lowest 1 / *factor* of the band; its sum is 1."""
    half = _ZEROS * factor
    place = np.arange(-half, half + 1)
    taps = np.sinc(place * _PASSED / factor) * np.kaiser(len(place), _BETA)
    return taps / taps.sum()
