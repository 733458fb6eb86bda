"""Where the files of avatars are: what every place for them can do."""

import re
from collections.abc import Container
from typing import Protocol

from avatar_serving.errors import NotFound

KINDS = ("zip", "webp")
"""``<id>.zip`` is the package and ``<id>.webp`` its thumbnail."""
UNFINISHED_S = 3600
"""A file without a row may belong to an upload that is not over yet; after this it does not."""
_ID = re.compile(r"[0-9a-f]{32}")


class Blobs(Protocol):
    """Files are whole or absent.

    Every call raises `NotFound` for an id that could not have been given, `StageFailed` where a
    file is lost or cannot be kept, and `Unavailable` where its place does not answer.
    """

    def write(self, avatar_id: str, package: bytes, thumbnail: bytes) -> None:
        """Keep both, or neither."""
        ...

    def package(self, avatar_id: str) -> bytes:
        """The ZIP file."""
        ...

    def thumbnail(self, avatar_id: str) -> bytes:
        """The WebP file."""
        ...

    def delete(self, avatar_id: str) -> None: ...

    def sweep(self, known: Container[str]) -> int:
        """Remove what a crash left without a row; returns how many files that were."""
        ...

    def close(self) -> None:
        """No call comes after."""
        ...


def checked_id(avatar_id: str) -> str:
    """*avatar_id*, if it is one that could have been given.

    Raises:
        NotFound: it is none; it may be a path, or no text at all.
    """
    if not _ID.fullmatch(avatar_id):
        raise NotFound("avatar", ascii(avatar_id[:40])[1:-1])
    return avatar_id
