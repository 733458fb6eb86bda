"""How somebody sounds, on speech made from pulses: pitch, level and pace are known exactly."""

import numpy as np
import pytest

from avatar_serving.affect.voice import Tone, prosody
from avatar_serving.media import AudioChunk

RATE = 16_000


def speech(pitch_hz=120.0, swing=0.1, syllables=4.0, level=0.2, seconds=3.0):
    """A buzz with harmonics, whose pitch swings by *swing* and which swells once a syllable."""
    at_s = np.arange(round(seconds * RATE)) / RATE
    pitch = pitch_hz * (1 + swing * np.sin(2 * np.pi * 0.7 * at_s))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    buzz = sum(np.sin(k * phase) / k for k in range(1, 12))
    swell = 0.15 + 0.85 * np.sin(np.pi * syllables * at_s) ** 2
    return AudioChunk((level * buzz * swell * 16_000).astype(np.int16).tobytes(), RATE)


@pytest.mark.parametrize("pitch_hz", [85.0, 120.0, 210.0, 330.0])
def test_pitch_is_found(pitch_hz):
    found = prosody(speech(pitch_hz, swing=0.05))
    assert found is not None
    assert found.pitch_hz == pytest.approx(pitch_hz, rel=0.03)


@pytest.mark.parametrize("syllables", [3.0, 4.0, 6.0])
def test_syllables_are_counted(syllables):
    found = prosody(speech(syllables=syllables))
    assert found is not None
    assert found.rate == pytest.approx(syllables, rel=0.15)


def test_range_and_level_are_measured():
    flat, lively = prosody(speech(swing=0.02)), prosody(speech(swing=0.3))
    assert flat is not None and lively is not None
    assert flat.range_semitones < 2 < 6 < lively.range_semitones
    quiet, loud = prosody(speech(level=0.05)), prosody(speech(level=0.2))
    assert quiet is not None and loud is not None
    assert loud.level_db - quiet.level_db == pytest.approx(12.0, abs=0.5)


@pytest.mark.parametrize("pcm", [b"", b"\0\0" * 200, b"\0\0" * 32_000])
def test_without_a_voice_nothing_is_told(pcm):
    assert prosody(AudioChunk(pcm, RATE)) is None
    assert Tone().push(AudioChunk(pcm, RATE)) == 0.0


def test_noise_has_no_pitch():
    noise = np.random.default_rng(1).normal(0, 3000, 2 * RATE).astype(np.int16)
    assert prosody(AudioChunk(noise.tobytes(), RATE)) is None


def test_a_steady_tone_is_no_voice():
    hum = np.sin(2 * np.pi * 220 * np.arange(2 * RATE) / RATE) * 8000
    assert prosody(AudioChunk(hum.astype(np.int16).tobytes(), RATE)) is None


def test_arousal_is_against_the_speaker_themselves():
    for usual in (speech(100.0), speech(220.0)):
        found = prosody(usual)
        assert found is not None
        calm, agitated = Tone(), Tone()
        for tone in (calm, agitated):
            tone.push(usual)
        assert abs(calm.push(usual)) < 0.05
        up = speech(found.pitch_hz * 1.3, swing=0.25, syllables=5.5, level=0.35)
        assert agitated.push(up) > 0.6
        assert calm.push(speech(found.pitch_hz * 0.85, 0.03, 3.0, 0.1)) < -0.5
