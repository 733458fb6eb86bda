"""``avatar inspect`` on packages that are right, damaged, hostile and none at all."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from avatar_serving.avatars import package
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    SourceEntry,
)
from avatar_serving.cli import app
from avatar_serving.media import CHANNELS

FILES = {name: name.encode() * 50 for name in package.FILES}


def written(description: str = "A test") -> bytes:
    licence = LicenceEntry.model_validate(
        {"part": "landmarks", "licence": "Apache-2.0", "class": "commercial"}
    )
    manifest = Manifest(
        id="0" * 32,
        image_size=768,
        source=SourceEntry(sha256="ab" * 32, width=512, height=640),
        crop=CropEntry(x=3, y=4, size=500),
        licences=(licence,),
        engine=EngineEntry(name="portrait", version="1"),
        rest_weights=(0.0,) * len(CHANNELS),
        files={},
    )
    at = datetime(2026, 11, 21, 4, 0, 0, tzinfo=UTC)
    return package.with_details(
        package.write(manifest, FILES),
        name="Ada",
        description=description,
        voice="af_heart",
        consent={"agreed": True, "statement": "This is me", "at": at},
        created_at=at,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "ada.zip"
    file.write_bytes(written())
    return file


def inspect(file: Path, *options: str) -> tuple[int, str]:
    # Wide enough for a sha256 and its title on one line.
    result = CliRunner().invoke(
        app, ["avatar", "inspect", str(file), *options], env={"COLUMNS": "140"}
    )
    return result.exit_code, result.output


def test_shows_everything(file: Path) -> None:
    status, text = inspect(file)
    assert status == 0
    manifest = package.inspect(file.read_bytes())
    for shown in (
        manifest.id,
        "Ada",
        "512 x 640 pixels",
        "agreed at 2026-11-21 04:00:00 UTC: This is me",
        "every hash is right",
        *package.FILES,
        *(entry.sha256 for entry in manifest.files.values()),
    ):
        assert shown in text
    assert ["landmarks", "Apache-2.0", "commercial"] in [line.split() for line in text.splitlines()]


def test_manifest_as_json(file: Path) -> None:
    status, text = inspect(file, "--json")
    assert status == 0
    document = json.loads(text)
    assert document["schema"] == "avatar-serving/package"
    assert document["licences"][0]["class"] == "commercial"


def test_changed_file_is_refused(file: Path) -> None:
    opened = package.read(file.read_bytes())
    content = file.read_bytes().replace(b"background.webp" * 50, b"Background.webp" * 50)
    assert opened.files["background.webp"] == FILES["background.webp"]
    file.write_bytes(content)
    status, text = inspect(file)
    assert status == 1
    assert text.startswith("package_invalid: ")


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(100)])
def test_what_is_no_package(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    status, text = inspect(tmp_path / "x.zip")
    assert status == 1
    assert "not a readable zip file" in text


def test_file_that_is_not_there(tmp_path: Path) -> None:
    status, text = inspect(tmp_path / "x.zip")
    assert status == 1
    assert "No such file" in text


def test_text_of_a_package_cannot_act_on_the_terminal(file: Path) -> None:
    file.write_bytes(written("[bold]\x1b[2J gone"))
    status, text = inspect(file)
    assert status == 0
    assert "[bold] [2J gone" in text
    assert "\x1b[2J" not in text
