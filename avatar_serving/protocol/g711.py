"""ITU-T G.711: 8-bit mu-law and A-law, as telephones speak."""

from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Law = Literal["mu", "a"]


def decode(data: bytes, law: Law) -> bytes:
    """8-bit codes to signed 16-bit samples, little endian."""
    return _levels(law)[np.frombuffer(data, np.uint8)].astype("<i2").tobytes()


def encode(pcm: bytes, law: Law) -> bytes:
    """Signed 16-bit samples to the codes whose levels are nearest."""
    return _codes(law)[np.frombuffer(pcm, "<u2")].tobytes()


@lru_cache
def _levels(law: Law) -> NDArray[np.int16]:
    """The level of each of the 256 codes."""
    code = np.arange(256)
    if law == "mu":
        code = code ^ 0xFF
        exponent, mantissa = (code >> 4) & 7, code & 15
        magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
        return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)
    code = code ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (mantissa << 4) + np.where(exponent, 0x108, 8)
    magnitude = magnitude << np.maximum(exponent - 1, 0)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


@lru_cache
def _codes(law: Law) -> NDArray[np.uint8]:
    """The code of each of the 65,536 samples, by its two bytes read as one unsigned number."""
    order = np.argsort(_levels(law), kind="stable")
    levels = _levels(law)[order].astype(np.int32)
    borders = (levels[1:] + levels[:-1]) / 2
    samples = np.arange(65536).astype(np.uint16).view(np.int16)
    return order[np.searchsorted(borders, samples, side="right")].astype(np.uint8)
