"""Many small pictures, read once and kept out of memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.errors import AvatarError, InvalidRequest
from avatar_serving.gan.networks import SIDE_PX

FEWEST = 64
_KINDS = ".jpg", ".jpeg", ".png", ".webp"


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    rgb: NDArray[np.uint8]
    """(n, SIDE_PX, SIDE_PX, 3), in a file that goes with this process."""
    unread: Sequence[Path]
    """Those that are no pictures."""


def files_in(folder: Path) -> list[Path]:
    """What is called like a picture, at any depth. Raises InvalidRequest: too few."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _KINDS)
    _check_number(len(files), folder)
    return files


def read_pictures(files: Sequence[Path], told: Callable[[int], None]) -> Pictures:
    """The middle square of each. *told* how many were read.

    Raises:
        InvalidRequest: too few can be read.
    """
    shape = (len(files), SIDE_PX, SIDE_PX, 3)
    with TemporaryFile() as file:
        rgb: NDArray[np.uint8] = np.memmap(file, np.uint8, "w+", shape=shape)
    unread: list[Path] = []
    for number, path in enumerate(files):
        try:
            rgb[number - len(unread)] = _square(path)
        except (AvatarError, OSError):
            unread.append(path)
        told(number + 1)
    _check_number(len(files) - len(unread), files[0].parent)
    return Pictures(rgb[: len(files) - len(unread)], unread)


def _square(path: Path) -> NDArray[np.uint8]:
    picture = images.decode(path.read_bytes())
    rgb = images.to_array(picture)
    side = min(rgb.shape[:2])
    top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
    square = np.ascontiguousarray(rgb[top : top + side, left : left + side])
    return images.to_array(images.resize(images.from_array(square), SIDE_PX, SIDE_PX))


def _check_number(count: int, folder: Path) -> None:
    if count < FEWEST:
        reason = f"{folder} has {count} pictures; {FEWEST} or more are needed, thousands are better"
        raise InvalidRequest(reason, "folder")
