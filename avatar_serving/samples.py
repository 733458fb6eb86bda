"""Between 16-bit PCM, as it travels, and samples in -1..1, as models want them."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
"""Mono, -1..1."""

_SCALE = np.float32(1 / 32768)


def from_pcm(pcm: bytes) -> Samples:
    """Signed 16-bit little endian to samples; a stray last byte is dropped."""
    whole = pcm[: len(pcm) // 2 * 2]
    return np.multiply(np.frombuffer(whole, "<i2"), _SCALE, dtype=np.float32)


def to_pcm(samples: Samples) -> bytes:
    """Samples to signed 16-bit little endian; what is too loud is clipped."""
    return np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes()


def resampled(samples: npt.NDArray[np.floating], rate: int, wanted: int) -> Samples:
    """*samples* at *rate* Hz, at *wanted* Hz; the same ones where the rates are equal."""
    if rate == wanted or not len(samples):
        return np.asarray(samples, np.float32)
    from scipy.signal import resample_poly  # takes a second to import: most programs never need it

    return np.asarray(resample_poly(samples, wanted, rate), np.float32)
