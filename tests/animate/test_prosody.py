"""Head and brows go with the voice."""

import numpy as np
import pytest

from avatar_serving.media import AnimateRequest, AudioChunk
from avatar_serving.samples import to_pcm
from avatar_serving.stages.animate.sound import RATE, Sound, listen, prosody
from avatar_serving.stages.animate.timeline import timeline
from tests.animate.conftest import Animator


def voice(hertz: np.ndarray, loud: np.ndarray, rate: int = RATE) -> AudioChunk:
    """A buzz of the given pitch and loudness (0..1), one value a sample."""
    phase = np.cumsum(hertz) / rate
    buzz = sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 12))
    return AudioChunk(to_pcm((0.25 * loud * buzz).astype(np.float32)), rate)


def times(seconds: float, rate: int = RATE) -> np.ndarray:
    return np.arange(round(seconds * rate)) / rate


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_pitch_and_loudness_are_heard(rate: int) -> None:
    t = times(3.0, rate)
    tones = 4 * np.sin(2 * np.pi * 0.7 * t)
    chunk = voice(160 * 2 ** (tones / 12), np.where(t < 1.5, 1.0, 0.1), rate)
    line = timeline(AnimateRequest(3.0), 30)
    heard = prosody(listen(chunk), line)
    truth = 4 * np.sin(2 * np.pi * 0.7 * line.stretch_s)
    assert np.abs(heard.semitones - (truth - np.median(truth)))[3:-3].max() < 0.8
    fall = heard.loud[20] - heard.loud[-20]
    assert fall == pytest.approx(20 / 38, abs=0.03), "20 dB of the 38 that are heard"


def test_silence_has_neither() -> None:
    line = timeline(AnimateRequest(1.0), 30)
    for chunk in (AudioChunk(b"", RATE), AudioChunk(b"\0\0" * RATE, RATE)):
        heard = prosody(listen(chunk), line)
        assert not heard.loud.any() and not heard.semitones.any()


def test_noise_has_no_melody() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 2 * RATE).astype(np.float32)
    heard = prosody(Sound(noise), timeline(AnimateRequest(2.0), 30))
    assert not heard.semitones.any() and heard.loud.min() > 0.8


async def test_the_head_dips_with_weight_and_brows_rise_with_pitch(animate: Animator) -> None:
    t = times(4.0)
    loud = 0.55 + 0.45 * np.sin(2 * np.pi * 0.9 * t)
    melody = 4 * np.sin(2 * np.pi * 0.5 * t + 1)
    steady = np.full_like(t, 150.0)
    calm = await animate(AnimateRequest(4.0, seed=3))
    heavy = await animate(AnimateRequest(4.0, audio=voice(steady, loud), seed=3))
    high = await animate(
        AnimateRequest(4.0, audio=voice(150 * 2 ** (melody / 12), np.ones_like(t)), seed=3)
    )
    inside = slice(8, -8)
    at = (heavy.times * RATE).astype(int)
    dips = (heavy["headPitch"] - calm["headPitch"])[inside]
    assert np.corrcoef(dips, loud[at][inside])[0, 1] < -0.8
    lifts = (high["headPitch"] - calm["headPitch"])[inside]
    assert np.corrcoef(lifts, melody[at][inside])[0, 1] > 0.8
    brows = (high["browOuterUpLeft"] - calm["browOuterUpLeft"])[inside]
    assert np.corrcoef(brows, melody[at][inside])[0, 1] > 0.7
    for motion in (heavy, high):
        assert np.abs(motion.values[[0]] - calm.values[[0]]).max() < 1e-3, "no seam"
        assert np.abs(np.diff(motion["headPitch"])).max() < 0.6
