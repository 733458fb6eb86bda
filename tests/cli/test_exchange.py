"""``avatar export`` and ``avatar import``: there and back."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from avatar_serving.avatars import package
from avatar_serving.avatars.plain import plain_package
from avatar_serving.cli import app
from tests.avatars.pictures import colourful


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "ada.zip"
    file.write_bytes(package.with_details(plain_package(colourful()), name="Ada"))
    return file


def avatar(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["avatar", *map(str, words)], env={"COLUMNS": "140"})
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("name", "begins"), [("a.glb", b"glTF"), ("a.PLY", b"ply\n"), ("a.spz", b"\x1f\x8b")]
)
def test_export_goes_by_the_name(file: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    status, text = avatar("export", file, tmp_path / name)
    assert status == 0 and name in text
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_there_and_back(file: Path, tmp_path: Path) -> None:
    lam, back = tmp_path / "lam.zip", tmp_path / "back.zip"
    assert avatar("export", file, lam)[0] == 0
    assert avatar("import", lam, back, "--name", "Lin", "--consent", "This is me")[0] == 0
    manifest = package.inspect(back.read_bytes())
    assert (manifest.type, manifest.name) == ("gaussian", "Lin")
    assert manifest.consent is not None and manifest.consent.statement == "This is me"
    status, text = avatar("export", back, tmp_path / "b.glb")
    assert status == 1 and "splats alone" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "{file}", "x.obj"), "must end in one of"),
        (("export", "no.zip", "x.glb"), "No such file"),
        (("export", "{file}", "no/such/folder/x.glb"), "No such file"),
        (("import", "{file}", "x.zip"), "consent"),
    ],
)
def test_what_cannot_be_done_is_said(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, text = avatar(*(word.format(file=file) for word in words))
    assert status == 1 and said in text
