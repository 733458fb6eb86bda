"""What users say ends where its sound ends."""

import wave

import numpy as np
import pytest

from avatar_serving.client import Rest
from load_tests.speech import RATE, NoSpeech, clips, noise, trimmed


def tone(seconds: float, level: float) -> bytes:
    phase = 2 * np.pi * 300 * np.arange(round(seconds * RATE)) / RATE
    return (np.sin(phase) * level).astype("<i2").tobytes()


def test_room_noise_behind_speech_is_cut():
    speech = tone(1.0, 8000) + tone(0.7, 250)
    assert len(trimmed(speech)) == pytest.approx(len(tone(1.0, 8000)), abs=RATE * 0.02 * 2)
    with pytest.raises(NoSpeech, match="silent"):
        trimmed(b"\0\0" * RATE)


def test_noise_is_the_same_every_time():
    assert noise() == noise() and len(noise().pcm) / 2 / RATE == pytest.approx(1.2)


def test_a_folder_has_a_folder_for_each_language(tmp_path):
    (tmp_path / "en").mkdir()
    with wave.open(str(tmp_path / "en" / "hello.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(tone(1.0, 8000))
    with Rest("http://127.0.0.1:9") as rest:
        found = clips(str(tmp_path), ["en", "en"], rest)
        assert [clip.text for clip in found["en"]] == ["hello"]
        assert len(found["en"][0].pcm) / 2 / RATE == pytest.approx(0.5, abs=0.03)
        with pytest.raises(NoSpeech, match="no WAV files"):
            clips(str(tmp_path), ["zh"], rest)
