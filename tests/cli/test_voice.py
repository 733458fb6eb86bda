"""``voice record``: a voice is kept only with what its owner agreed to."""

import io
import json
import wave
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.stages.tts import CosyVoiceConfig


def recorded(home: Path, *options: str) -> tuple[int, str]:
    sound = home / "ann.wav"
    sound.write_bytes(_tone())
    about = ["--id", "ann", "--name", "Ann", "--said", "Hello there.", "--home", str(home / "v")]
    done = CliRunner().invoke(app, ["voice", "record", str(sound), *about, *options])
    return done.exit_code, done.output


def test_with_consent_it_becomes_a_voice_of_the_engine(tmp_path: Path) -> None:
    code, said = recorded(tmp_path, "--consent", "You may speak with my voice.")
    assert code == 0, said
    voices = CosyVoiceConfig(cloned=str(tmp_path / "v")).voices()
    assert (voices[-1].id, voices[-1].tags) == ("ann", ("cloned with consent",))
    kept = json.loads((tmp_path / "v" / "ann" / "voice.json").read_text())
    assert kept["consent"]["statement"] == "You may speak with my voice." and kept["consent"]["at"]
    listed = CliRunner().invoke(app, ["voice", "list", "--home", str(tmp_path / "v")])
    assert listed.output == "ann  Ann  en  none\n"


def test_without_consent_nothing_is_kept(tmp_path: Path) -> None:
    code, said = recorded(tmp_path, "--consent", " ")
    assert code and "agreed" in said
    assert recorded(tmp_path)[0]
    assert not (tmp_path / "v").exists()


def _tone() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 16_000, 32_000, "NONE", ""))
        out.writeframes((np.sin(np.arange(32_000) / 20) * 9000).astype("<i2").tobytes())
    return file.getvalue()
