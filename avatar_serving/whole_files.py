"""Files that are whole or absent: written under another name, then renamed."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_PART = ".part"


def beside(path: Path) -> Path:
    """A name in the folder of *path* that no other writer takes, hidden until it is renamed."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}{_PART}")


def unfinished(path: Path) -> bool:
    """Whether it is another writer's, under its name `beside`."""
    return path.suffix == _PART


@contextmanager
def whole(path: Path, lasting: bool = False) -> Generator[Path]:
    """The name to write a file under; it becomes *path* at the end of the block.

    Where the block fails, what it wrote goes and an older file at *path* stays. *lasting*: the
    content survives a power cut; that the name does, too, is said by `settle`.
    """
    part = beside(path)
    try:
        yield part
        if lasting:
            settle(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes | str, lasting: bool = False) -> None:
    """Put *content*, text as UTF-8, at *path*: a reader sees the old file or all of the new one."""
    with whole(path, lasting) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


def settle(path: Path) -> None:
    """Let a file, or the names in a folder, outlive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
