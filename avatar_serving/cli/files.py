"""Files that a command is given."""

from pathlib import Path

from avatar_serving.errors import InvalidRequest


def content_of(file: Path, param: str | None = None) -> bytes:
    """All of it. *param* is the option that names it.

    Raises:
        InvalidRequest: it cannot be read; says why.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{file}: {error.strerror}", param) from error
