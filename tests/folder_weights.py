"""Folders made by a test, as weights that engines find by name."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml
from rich.console import Console

from avatar_serving.cli.progress import drawn_progress
from avatar_serving.weights.environment import read_environment
from avatar_serving.weights.lock import read_lock
from avatar_serving.weights.pull import Puller


class Shelf:
    """A lock file and a cache of their own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._entries: list[dict[str, object]] = []

    def put(self, *, licence_class: str = "commercial", **folders: Path) -> None:
        """Offer *folders*, or single files, as weights, by name."""
        fresh = [_entry(name, folder) for name, folder in folders.items()]
        self._entries += [each | {"licence_class": licence_class} for each in fresh]
        # Another file each time: a lock is read once.
        lock = self._home / f"lock-{len(self._entries)}.yaml"
        lock.write_text(yaml.safe_dump({"version": 1, "weights": self._entries}))
        os.environ.update(AVATAR_CACHE=str(self._home / "cache"), AVATAR_WEIGHTS_LOCK=str(lock))
        with drawn_progress(Console(quiet=True), dict.fromkeys(folders, 1)) as progress:
            Puller(read_environment(), progress).pull(read_lock(lock).weights)


@contextmanager
def shelf_in(home: Path) -> Iterator[Shelf]:
    names = ("AVATAR_CACHE", "AVATAR_WEIGHTS_LOCK")
    before = {name: os.environ[name] for name in names if name in os.environ}
    try:
        yield Shelf(home)
    finally:
        for name in names:
            os.environ.pop(name, None)
        os.environ.update(before)


def _entry(name: str, folder: Path) -> dict[str, object]:
    about: dict[str, object] = {
        "name": name,
        "licence": "Apache-2.0",
        "origin": "a test",
    }
    if folder.is_file():
        pin = _file(folder, folder.parent)
        del pin["path"]
        return about | {"kind": "file", "sources": [f"file://{folder}"]} | pin
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return about | {
        "kind": "folder",
        "sources": [f"file://{folder}/{{path}}"],
        "files": [_file(path, folder) for path in files],
    }


def _file(path: Path, folder: Path) -> dict[str, object]:
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    return {"path": str(path.relative_to(folder)), "sha256": sha256, "size": len(content)}
