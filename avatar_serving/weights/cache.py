"""The folder where weights are kept.

blobs/<sha256>       the files, named by what they are
blobs/<sha256>.ok    size and time of a file when its hash was last found right
weights/<name>       the same by name: a link, or a folder of links
parts/, packages/    pieces of an unfinished pull
derived/             what engines made from weights, once
pinned/              what the files of a hub's repository must be, since it was first pulled
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from avatar_serving.weights.lock import FileWeight, FolderWeight, Pin
from avatar_serving.whole_files import unfinished, whole, write_whole

State = Literal["present", "missing", "corrupt"]


def file_sha256(path: Path) -> str:
    """In hex, of the whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Cache:
    """The files under *root*. Nothing is fetched here."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.parts = root / "parts"
        self.packages = root / "packages"
        self._blobs = root / "blobs"

    def blob(self, sha256: str) -> Path:
        """Where the file of that hash is, or is to be."""
        return self._blobs / sha256

    def named(self, name: str) -> Path:
        """Where a weight is found by its name."""
        return self.root / "weights" / name

    def state(self, pin: Pin, *, thorough: bool = False) -> State:
        """Whether a file is here and right. Its hash is computed again only when its size or time
        changed since it was last right, or when *thorough*."""
        blob = self.blob(pin.sha256)
        try:
            mark = _mark(blob)
        except FileNotFoundError:
            return "missing"
        if not thorough and _read(self._stamp(pin.sha256)) == mark:
            return "present"
        if blob.stat().st_size != pin.size or file_sha256(blob) != pin.sha256:
            self._stamp(pin.sha256).unlink(missing_ok=True)
            return "corrupt"
        self._remember(pin.sha256, mark)
        return "present"

    def adopt(self, verified: Path, sha256: str) -> None:
        """Move in a file whose hash was just found right."""
        blob = self.blob(sha256)
        blob.parent.mkdir(parents=True, exist_ok=True)
        os.replace(verified, blob)
        self._remember(sha256, _mark(blob))

    def link(self, weight: FileWeight | FolderWeight) -> Path:
        """Give the blobs of a weight their names; return the file or folder."""
        named = self.named(weight.name)
        names = {named / pin.path if pin.path else named: pin.sha256 for pin in weight.pins}
        _remove_others(named, names)
        for name, sha256 in names.items():
            _link(self.blob(sha256), name)
        return named

    def _stamp(self, sha256: str) -> Path:
        return self._blobs / f"{sha256}.ok"

    def _remember(self, sha256: str, mark: str) -> None:
        try:
            write_whole(self._stamp(sha256), mark)
        except OSError:  # a read-only cache, baked into an image: hashed once a process
            return


@contextmanager
def exclusive(path: Path, on_wait: Callable[[], None] = lambda: None) -> Generator[None]:
    """Hold the lock file *path*: one process at a time. *on_wait* is told that another has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _mark(blob: Path) -> str:
    stat = blob.stat()
    return f"{stat.st_size} {stat.st_mtime_ns}"


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _remove_others(named: Path, wanted: Collection[Path]) -> None:
    """Names that an earlier lock file gave are not seen any more, be they files or folders."""
    if named not in wanted and (named.is_symlink() or named.is_file()):
        named.unlink()
    elif named in wanted and named.is_dir() and not named.is_symlink():
        shutil.rmtree(named)
    for old in named.rglob("*"):
        if old not in wanted and not old.is_dir() and not unfinished(old):
            old.unlink()


def _link(blob: Path, name: Path) -> None:
    target = os.path.relpath(blob, name.parent)
    if name.is_symlink() and os.readlink(name) == target:
        return
    name.parent.mkdir(parents=True, exist_ok=True)
    with whole(name) as part:
        try:
            part.symlink_to(target)
        except OSError:  # a file system without links
            shutil.copyfile(blob, part)
