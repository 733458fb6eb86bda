"""Synthesised speech as a microphone would hear it."""

import numpy as np
from scipy.signal import resample_poly

from avatar_serving.media import Speech
from avatar_serving.samples import from_pcm, to_pcm


def heard(*speeches: Speech, before_s: float = 0.0, after_s: float = 0.0) -> bytes:
    """Speeches one after the other, s16 at 16 kHz, with silence around them."""
    sound = np.concatenate([from_pcm(speech.audio.pcm) for speech in speeches])
    around = [np.zeros(round(s * 16_000), np.float32) for s in (before_s, after_s)]
    at_16k = np.asarray(resample_poly(sound, 2, 3), np.float32)
    return to_pcm(np.concatenate([around[0], at_16k, around[1]]))
