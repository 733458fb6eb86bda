"""A conversation in the terminal, against a gateway with test engines."""

import io
import re
import wave
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from avatar_serving.cli import app, sound
from avatar_serving.cli.script import Script
from avatar_serving.client.messages import parse
from avatar_serving.errors import InvalidRequest
from tests.deployments.serving import gateway

SAID = "Hello, how are you?"


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    with gateway(tmp_path_factory.mktemp("data")) as (_, address):
        yield address


def tone_file(path: Path, rate: int = 16_000, channels: int = 2, width: int = 2) -> Path:
    """A second of tone and one of silence."""
    wanted = np.sin(np.arange(rate) / rate * 2 * np.pi * 220) * 0.5
    samples = np.repeat(np.concatenate([wanted, np.zeros(rate)]), channels)
    scaled = samples * 127 + 128 if width == 1 else samples * (2 ** (8 * width - 1) - 1)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(scaled.astype({1: "u1", 2: "<i2", 4: "<i4"}[width]).tobytes())
    return path


def run(*arguments: str, typed: str | None = None):
    return CliRunner().invoke(app, ["talk", *arguments], input=typed)


def test_by_files(url, tmp_path):
    said, out = tone_file(tmp_path / "in.wav"), tmp_path / "out.wav"
    result = run("--url", url, "--wav", str(said), "-o", str(out))
    assert result.exit_code == 0, result.output
    assert f"you: {SAID}" in result.output and f"avatar: {SAID}" in result.output
    assert re.search(r"recognised \d+, first word thought \d+", result.output)
    assert re.search(r"voice to voice \d+ ms, turn 1", result.output)
    with wave.open(str(out)) as answer:
        assert answer.getparams()[:3] == (1, 2, 24_000) and answer.getnframes() > 12_000


def test_by_keyboard(url):
    result = run("--url", url, "--text", typed="Good morning.\nAnd good night.\n\nnot said\n")
    assert result.exit_code == 0, result.output
    assert [line for line in result.output.splitlines() if line.startswith("avatar")] == [
        "avatar: Good morning.",
        "avatar: And good night.",
    ]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--model", "nobody", "--text"], "model_not_found"),
        (["--avatar", "0" * 32, "--text"], "not_found"),
        (["--text", "--wav", "x.wav"], "--text writes"),
        (["-o", "x.wav"], "--out keeps answers"),
        (["--wav", "absent.wav"], "No such file"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(url, arguments, reason):
    result = run("--url", url, *arguments, typed="Hi.\n")
    assert result.exit_code == 1
    assert reason in result.output and "Traceback" not in result.output


def test_nobody_there():
    result = run("--url", "http://127.0.0.1:9", "--text", typed="Hi.\n")
    assert result.exit_code == 1 and "nothing answers at" in result.output


def test_a_key_comes_from_the_environment(tmp_path, monkeypatch):
    with gateway(tmp_path, api_key_required=True) as (services, address):
        refused = run("--url", address, "--text", typed="Hi.\n")
        assert refused.exit_code == 1 and "an API key is required" in refused.output
        monkeypatch.setenv("AVATAR_API_KEY", services.store.create_key("terminal"))
        assert "avatar: Hi." in run("--url", address, "--text", typed="Hi.\n").output


def test_without_sounddevice_it_says_what_to_do(url, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", None)
    result = run("--url", url)
    assert result.exit_code == 1
    assert "no_sound_device" in result.output and "avatar-serving[talk]" in result.output


@pytest.mark.parametrize(
    ("rate", "channels", "width"), [(8000, 1, 1), (44_100, 2, 2), (48_000, 1, 4)]
)
def test_wav_files_of_all_kinds(tmp_path, rate, channels, width):
    pcm = sound.read_wav(tone_file(tmp_path / "a.wav", rate, channels, width))
    samples = np.frombuffer(pcm, "<i2")
    assert abs(len(samples) - 48_000) < 10
    assert np.abs(samples[:24_000]).max() == pytest.approx(16_384, rel=0.05)
    assert np.abs(samples[26_000:]).max() < 300


def test_what_is_no_wav_file_is_refused(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"not sound")
    with pytest.raises(InvalidRequest, match="a.wav"):
        sound.read_wav(tmp_path / "a.wav")


class FakeSound:
    """Stands for PortAudio: blocks come and go when the test says so."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.callbacks = []

    def stream(self, callback, **form):
        if self.broken:
            raise self.PortAudioError("Error querying device -1")
        assert form == {"samplerate": 24_000, "channels": 1, "dtype": "int16", "blocksize": 480}
        self.callbacks.append(callback)
        return self

    RawInputStream = RawOutputStream = stream

    def start(self) -> None:
        pass

    def close(self) -> None:
        self.callbacks.clear()


def test_devices_hear_play_and_fall_silent(monkeypatch):
    fake, heard = FakeSound(), []
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", fake)
    devices = sound.Devices(heard.append)
    hear, speak = fake.callbacks
    hear(memoryview(b"\1\0" * 480), 480, None, None)
    assert heard == [b"\1\0" * 480]
    devices.play(b"\2\0" * 700)
    block = bytearray(960)
    speak(block, 480, None, None)
    assert bytes(block) == b"\2\0" * 480 and devices.playing
    speak(block, 480, None, None)
    assert bytes(block) == b"\2\0" * 220 + b"\0\0" * 260 and not devices.playing
    devices.play(b"\2\0" * 700)
    devices.silence()
    assert not devices.playing
    devices.close()
    assert not fake.callbacks


def test_no_device_says_what_else_there_is(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sounddevice", FakeSound(broken=True))
    with pytest.raises(sound.NoSoundDevice, match="querying device -1.*--text"):
        sound.Devices(lambda _: None)


def test_the_script_reads_like_one():
    console = Console(record=True, width=100, file=io.StringIO())
    script = Script(console, "Ada")
    for message in (
        '{"type": "avatar.state", "state": "listening"}',
        '{"type": "conversation.item.input_audio_transcription.completed", "item_id": "u", '
        '"transcript": " Hi. "}',
        '{"type": "response.output_audio_transcript.delta", "item_id": "a", "delta": "Hello"}',
        '{"type": "response.output_audio_transcript.delta", "item_id": "a", "delta": " there,"}',
        '{"type": "input_audio_buffer.speech_started", "item_id": "u", "audio_start_ms": 1}',
        '{"type": "avatar.turn", "item_id": "a", "timings_ms": {"asr": 120, "x": 1}}',
        '{"type": "response.done", "response": {"id": "r", "status": "failed"}}',
        '{"type": "error", "error": {"code": "overloaded", "message": "Too many."}}',
        '{"type": "rate_limits.updated"}',
    ):
        script.take(parse(message))
    assert console.export_text().splitlines() == [
        "  listening ...",
        "you: Hi.",
        "Ada: Hello there, --",
        "  ms after your last word: recognised 120",
        "  the answer ended as failed",
        "overloaded: Too many.",
    ]
