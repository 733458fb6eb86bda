"""``avatar-serving say`` on the tiny engines, and what it says when it cannot."""

import subprocess
import sys
from pathlib import Path

import PIL.Image
import pytest
import typer
from typer.testing import CliRunner

from avatar_serving.avatars.plain import plain_package
from avatar_serving.store import Character, Store
from pipelines.say import say
from tests.avatars.pictures import colourful
from tests.film.test_recording import tone, wav

app = typer.Typer()
app.command()(say)
SMALL = ("--size", "64x64", "--profile", "test")


@pytest.fixture
def avatar(tmp_path: Path) -> str:
    (tmp_path / "ada.zip").write_bytes(plain_package(colourful()))
    return str(tmp_path / "ada.zip")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*SMALL, *arguments])
    return result.exit_code, " ".join(result.output.split())


def test_a_text_becomes_a_video(tmp_path: Path, avatar: str) -> None:
    out = tmp_path / "a.mp4"
    code, said = run("--avatar", avatar, "--text", "Ma ma.", "--mood", "joy", "-o", str(out))
    assert code == 0, said
    assert "times real time" in said and out.stat().st_size > 1000


def test_a_recording_of_an_avatar_of_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVATAR_DATA", str(tmp_path / "data"))
    store = Store(tmp_path / "data")
    row = store.add_avatar(plain_package(colourful()))
    store.close()
    (tmp_path / "a.wav").write_bytes(wav(tone(0.5)))
    PIL.Image.new("RGB", (30, 40), "red").save(tmp_path / "b.png")
    code, said = run(
        "--avatar", row.id, "--audio", str(tmp_path / "a.wav"), "-o", str(tmp_path / "a.webm"),
        "--background", str(tmp_path / "b.png"), "--fps", "60",
    )  # fmt: skip
    assert code == 0, said
    assert (tmp_path / "a.webm").exists()


def test_guard_rails_of_the_profile_and_of_the_avatar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, avatar: str
) -> None:
    monkeypatch.setenv("AVATAR_DATA", str(tmp_path / "data"))
    profile = tmp_path / "strict.yaml"
    profile.write_text("base: test\nrails: {topics: [politics]}\n")
    store = Store(tmp_path / "data")
    row = store.add_avatar(plain_package(colourful()), Character(rails={"topics": ["gambling"]}))
    store.close()
    out = str(tmp_path / "a.mp4")
    for who, text in ((avatar, "Vote for the mayor."), (row.id, "Come to the casino.")):
        code, said = run("--profile", str(profile), "--avatar", who, "--text", text, "-o", out)
        assert code == 1 and "text_refused" in said
    assert not Path(out).exists()


def test_a_portrait_needs_consent(tmp_path: Path) -> None:
    portrait, out = tmp_path / "a.png", tmp_path / "a.mp4"
    PIL.Image.fromarray(colourful()).save(portrait)
    arguments = ("--avatar", str(portrait), "--text", "Ma.", "-o", str(out))
    code, said = run(*arguments)
    assert code == 1 and "consent" in said and not out.exists()
    code, said = run(*arguments, "--consent")
    assert code == 0 and out.exists(), said


def test_which_of_several_faces(tmp_path: Path, avatar: str) -> None:
    portrait, out = tmp_path / "a.png", tmp_path / "a.mp4"
    PIL.Image.fromarray(colourful()).save(portrait)
    asked = ("--face", "2", "--consent", "--text", "Ma.", "-o", str(out))
    for of, reason in ((str(portrait), "face 2: the picture has 0"), (avatar, "one face")):
        code, said = run("--avatar", of, *asked)
        assert code == 1 and reason in said and not out.exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "either --text or --audio"),
        (("--text", "a", "--audio", "b.wav"), "either --text or --audio"),
        (("--audio", "/nowhere.wav"), "No such file"),
        (("--text", "a", "--mood", "glee"), "mood"),
        (("--text", "a", "--voice", "nobody"), "no voice among tone called 'nobody'"),
        (("--text", "a", "-o", "/nowhere/a.mp4"), "/nowhere: no such folder"),
        (("--text", "a", "--background", "mauve"), "background"),
        (("--text", "a", "--background", "transparent"), "cannot be transparent"),
        (("--text", "a", "--height", "64"), "not both"),
        (("--text", "..."), "audio_rejected"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    tmp_path: Path, avatar: str, arguments: tuple[str, ...], reason: str
) -> None:
    code, said = run("--avatar", avatar, "-o", str(tmp_path / "a.mp4"), *arguments)
    assert code == 1 and reason in said
    assert not (tmp_path / "a.mp4").exists()


def test_an_avatar_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVATAR_DATA", str(tmp_path))
    (tmp_path / "bad.zip").write_bytes(b"no package")
    for avatar, code in (("0" * 32, "AVATAR_DATA"), (str(tmp_path / "bad.zip"), "package_invalid")):
        status, said = run("--avatar", avatar, "--text", "a", "-o", str(tmp_path / "a.mp4"))
        assert status == 1 and code in said


def test_the_command_hands_its_words_on() -> None:
    script = "from avatar_serving.cli import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", script, "say", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "avatar-serving say" in done.stdout
    assert "--background" in done.stdout
