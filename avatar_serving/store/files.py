"""Files of avatars in a folder: never found by a name that somebody made up."""

import time
from collections.abc import Container
from pathlib import Path

from avatar_serving.errors import StageFailed
from avatar_serving.store.blobs import KINDS, UNFINISHED_S, checked_id
from avatar_serving.whole_files import settle, whole


class AvatarFiles:
    """``<id>.zip`` (the package) and ``<id>.webp`` (its thumbnail) in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, avatar_id: str, package: bytes, thumbnail: bytes) -> None:
        """Raises:
        StageFailed: the disk is full; nothing is left behind.
        """
        try:
            for kind, data in zip(KINDS, (package, thumbnail), strict=True):
                with whole(self._path(avatar_id, kind), lasting=True) as part:
                    part.touch(0o600)  # a face is nobody else's on this machine
                    part.write_bytes(data)
            settle(self._folder)
        except OSError as error:
            self.delete(avatar_id)
            raise StageFailed("store", f"an avatar could not be written: {error}") from error

    def package(self, avatar_id: str) -> bytes:
        return self._read(avatar_id, "zip")

    def thumbnail(self, avatar_id: str) -> bytes:
        return self._read(avatar_id, "webp")

    def delete(self, avatar_id: str) -> None:
        for kind in KINDS:
            self._path(avatar_id, kind).unlink(missing_ok=True)
        settle(self._folder)

    def sweep(self, known: Container[str]) -> int:
        oldest, gone = time.time() - UNFINISHED_S, 0
        for path in self._folder.iterdir():
            if path.stem not in known and path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def close(self) -> None:
        """Nothing is open between calls."""

    def _read(self, avatar_id: str, kind: str) -> bytes:
        try:
            return self._path(avatar_id, kind).read_bytes()
        except OSError as error:
            raise StageFailed("store", f"avatar {avatar_id}: its {kind} file is lost") from error

    def _path(self, avatar_id: str, kind: str) -> Path:
        return self._folder / f"{checked_id(avatar_id)}.{kind}"
