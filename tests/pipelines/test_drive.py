"""``avatar-serving drive``: what it says when it cannot."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from avatar_serving.avatars.plain import plain_package
from pipelines.drive import drive
from pipelines.driven_video import sound_of
from tests.avatars.pictures import colourful
from tests.footage.test_reading import film, humming

app = typer.Typer()
app.command()(drive)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "consent of the person in it: --film-consent"),
        (("--film-consent", "--fps", "31"), "fps must be one of"),
        (("--film-consent", "--background", "transparent"), "cannot be transparent"),
        (("--film-consent", "--film", "none.mp4"), "none.mp4: No such file"),
        (("--onto-film", "--film-consent"), "consent of the avatar's person: --consent"),
        (("--onto-film", "--consent"), "consent of the person in it: --film-consent"),
        (("--onto-film", "--consent", "--film-consent", "--height", "512"), "leave out --size"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(
    tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "ada.zip").write_bytes(plain_package(colourful()))
    film(tmp_path / "f.mp4", 2.0)
    out = tmp_path / "a.mp4"
    given = ("--avatar", str(tmp_path / "ada.zip"), "--film", str(tmp_path / "f.mp4"))
    command = ["--profile", "test", *given, "-o", str(out), *arguments]
    result = CliRunner().invoke(app, command)
    said = " ".join(result.output.split())
    assert result.exit_code == 1 and reason in said, said
    assert not out.exists()


def test_a_film_may_be_silent(tmp_path: Path) -> None:
    assert sound_of(film(tmp_path / "mute.mp4", 2.0)) is None
    heard = sound_of(film(tmp_path / "heard.mp4", 2.0, sound=humming(2.0)))
    assert heard is not None and heard.seconds == pytest.approx(2, abs=0.1)
