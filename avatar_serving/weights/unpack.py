"""Files out of wheels, npm tarballs and zips inside them, without installing or running any of it.

Nothing is ever written under a name that an archive gives: the caller names the one file it wants,
and where. So no archive can write anywhere else, and none can write more than was asked for.
"""

import gzip
import tarfile
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.uris import PackageMember

_CHUNK = 1 << 20
_MAX_ARCHIVE = 4 << 30


def extract(archive: Path, wanted: PackageMember, into: Path, size: int) -> None:
    """Write one member of *archive* to *into*; it must have exactly *size* bytes."""
    try:
        with _member(archive, wanted) as stream:
            _copy(stream, into, size, f"{wanted.member} in {archive.name}")
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, KeyError) as error:
        raise SourceFailed(f"{archive.name}: {error}", damaged=archive) from error


def copy_file(path: Path, into: Path, size: int) -> None:
    """Raises SourceFailed: *path* cannot be read, or has not *size* bytes."""
    try:
        with path.open("rb") as stream:
            _copy(stream, into, size, str(path))
    except OSError as error:
        raise SourceFailed(f"{path}: {error.strerror}") from error


def ungzip(archive: Path, into: Path) -> None:
    """Turn a .tgz into a .tar, whose members are then found without reading all of it each time."""
    try:
        with gzip.open(archive, "rb") as stream, into.open("wb") as out:
            for chunk in iter(lambda: stream.read(_CHUNK), b""):
                if out.tell() + len(chunk) > _MAX_ARCHIVE:
                    raise SourceFailed(f"{archive.name}: larger than {_MAX_ARCHIVE} bytes")
                out.write(chunk)
    except (gzip.BadGzipFile, EOFError) as error:
        raise SourceFailed(f"{archive.name}: {error}", damaged=archive) from error


@contextmanager
def _member(archive: Path, wanted: PackageMember) -> Generator[IO[bytes]]:
    opener = _tar_member if archive.suffix == ".tar" else _zip_member
    with opener(archive, wanted.member) as stream:
        if wanted.inner is None:
            yield stream
            return
        with zipfile.ZipFile(stream) as inner, inner.open(wanted.inner) as file:
            yield file


@contextmanager
def _zip_member(archive: Path, member: str) -> Generator[IO[bytes]]:
    with zipfile.ZipFile(archive) as outer, outer.open(member) as stream:
        yield stream


@contextmanager
def _tar_member(archive: Path, member: str) -> Generator[IO[bytes]]:
    with tarfile.open(archive, "r:") as outer:
        stream = outer.extractfile(member) if outer.getmember(member).isfile() else None
        if stream is None:
            raise SourceFailed(f"{archive.name}: {member} is not a file")
        with stream:
            yield stream


def _copy(stream: IO[bytes], into: Path, size: int, what: str) -> None:
    with into.open("wb") as out:
        while chunk := stream.read(min(_CHUNK, size + 1 - out.tell())):
            out.write(chunk)
        if out.tell() != size:
            more = "more" if out.tell() > size else "less"
            raise SourceFailed(f"{what} has {more} than the {size} bytes of its pin")
