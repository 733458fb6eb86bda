"""Sound files of all kinds, and things that are none."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from avatar_serving.errors import AudioRejected, LimitExceeded
from avatar_serving.film.recording import HEARD_HZ, PLAYED_HZ, read_recording, stretches
from avatar_serving.media import AudioChunk
from avatar_serving.samples import from_pcm, to_pcm
from avatar_serving.video import Sound, write_mp4


def wav(samples: np.ndarray, rate: int = 16_000) -> bytes:
    """*samples* (n, channels), -1..1."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((samples.shape[1], 2, rate, 0, "NONE", ""))
        file.writeframes(to_pcm(samples.ravel()))
    return out.getvalue()


def tone(seconds: float, rate: int = 16_000, channels: int = 1) -> np.ndarray:
    at = np.arange(round(seconds * rate)) / rate
    return np.repeat(0.4 * np.sin(2 * np.pi * 300 * at)[:, None], channels, 1).astype(np.float32)


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (16_000, 1), (44_100, 2), (48_000, 2)])
def test_sound_is_read_at_any_rate(rate: int, channels: int) -> None:
    found = read_recording(wav(tone(1.5, rate, channels), rate), 10)
    assert found.seconds == pytest.approx(1.5, abs=0.01)
    assert found.played.seconds == pytest.approx(1.5, abs=0.01)
    assert (found.heard.sample_rate, found.played.sample_rate) == (HEARD_HZ, PLAYED_HZ)
    assert found.played.channels == channels
    assert np.abs(from_pcm(found.heard.pcm)).max() == pytest.approx(0.4, abs=0.05)


def test_the_sound_of_a_film_is_read(tmp_path: Path) -> None:
    sound = Sound(to_pcm(tone(1, 24_000).ravel()), 24_000)
    frames = [np.zeros((64, 64, 3), np.uint8)] * 30
    write_mp4(tmp_path / "a.mp4", frames, 30, sound)
    found = read_recording((tmp_path / "a.mp4").read_bytes(), 10)
    assert found.seconds == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("data", "check"),
    [
        (b"", "decodable"),
        (b"no sound" * 100, "decodable"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "decodable"),
        (wav(np.zeros((16_000, 1), np.float32)), "silence"),
        (wav(tone(0.05)), "length"),
    ],
)
def test_what_says_nothing_is_refused_with_the_reason(data: bytes, check: str) -> None:
    with pytest.raises(AudioRejected) as refused:
        read_recording(data, 10)
    assert refused.value.check == refused.value.param == check and refused.value.message


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    write_mp4(tmp_path / "a.mp4", [np.zeros((64, 64, 3), np.uint8)] * 3, 30)
    with pytest.raises(AudioRejected, match="no sound"):
        read_recording((tmp_path / "a.mp4").read_bytes(), 10)


def test_too_long_is_noticed_on_the_way() -> None:
    with pytest.raises(LimitExceeded) as refused:
        read_recording(wav(tone(3)), 2)
    assert refused.value.option == "limits.video_s"


def test_stretches_end_where_it_is_quiet_and_lose_nothing() -> None:
    samples = tone(30, 1000).ravel()
    for pause_s in (9.0, 20.0):
        samples[round(pause_s * 1000) : round((pause_s + 0.3) * 1000)] = 0
    audio = AudioChunk(to_pcm(samples), 1000)
    pieces = stretches(audio)
    assert b"".join(piece.pcm for piece in pieces) == audio.pcm
    ends = np.cumsum([piece.seconds for piece in pieces])
    assert len(pieces) == 3
    assert 9.0 <= ends[0] <= 9.3 and 20.0 <= ends[1] <= 20.3
