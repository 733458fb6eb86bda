"""Reads glTF 2.0 binaries that may come from anybody: every number is checked before it is used."""

import json
import struct
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import PackageInvalid

MAX_VERTICES = 65_535
MAX_TRIANGLES = 200_000
COMPONENTS = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
JSON_CHUNK, BINARY_CHUNK = b"JSON", b"BIN\0"


@contextmanager
def malformed_refused(name: str) -> Generator[None, None, None]:
    """A document that is not as it should be fails wherever its first missing piece is sought."""
    try:
        yield
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error) as error:
        raise PackageInvalid(f"{name} is malformed: {error!r}") from error
    except (RecursionError, OverflowError, MemoryError) as error:
        raise PackageInvalid(f"{name} is hostile") from error


class Reader:
    """The JSON and the binary of one file. Numbers are checked against the bytes there are."""

    def __init__(self, data: bytes, name: str) -> None:
        """*name* is the file's, for what is said of its faults."""
        self._name = name
        magic, version, length = struct.unpack_from("<4sII", data)
        if magic != b"glTF" or version != 2 or length != len(data):
            raise PackageInvalid(f"{name} is not a whole glTF 2.0 binary")
        chunks = dict(_chunks(data))
        self.tree: Any = json.loads(chunks[JSON_CHUNK])
        self._binary = chunks[BINARY_CHUNK]

    def view(self, index: int) -> bytes:
        entry = self.tree["bufferViews"][natural(index)]
        start, size = natural(entry.get("byteOffset", 0)), natural(entry["byteLength"])
        if "byteStride" in entry or start + size > len(self._binary):
            raise PackageInvalid(f"{self._name}: a buffer view is outside the file")
        return self._binary[start : start + size]

    def array(self, index: int, kind: str, limit: int = MAX_VERTICES) -> NDArray[Any]:
        """An accessor, (count, width)."""
        entry = self.tree["accessors"][natural(index)]
        count, width = natural(entry["count"]), WIDTHS[entry["type"]]
        if entry["type"] != kind or count > limit or "byteOffset" in entry:
            raise PackageInvalid(f"{self._name}: an accessor has the wrong type or size")
        dtype = np.dtype(COMPONENTS[entry["componentType"]])
        if "bufferView" in entry:
            values = _numbers(self.view(entry["bufferView"]), dtype, count, width)
        else:
            values = np.zeros((count, width), dtype)
        return self._filled(values, entry["sparse"]) if "sparse" in entry else values

    def _filled(self, values: NDArray[Any], sparse: Any) -> NDArray[Any]:
        count = natural(sparse["count"])
        if count > len(values):
            raise PackageInvalid(f"{self._name}: a sparse accessor has too many values")
        kind = np.dtype(COMPONENTS[sparse["indices"]["componentType"]])
        rows = _numbers(self.view(sparse["indices"]["bufferView"]), kind, count, 1)[:, 0]
        if kind.kind != "u" or (count and rows.max() >= len(values)):
            raise PackageInvalid(f"{self._name}: a sparse index is out of range")
        filled = values.copy()
        content = self.view(sparse["values"]["bufferView"])
        filled[rows] = _numbers(content, values.dtype, count, values.shape[1])
        return filled


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    at = 12
    while at < len(data):
        size, kind = struct.unpack_from("<I4s", data, at)
        if at + 8 + size > len(data):
            raise PackageInvalid("a glTF file is cut short")
        found.append((kind, data[at + 8 : at + 8 + size]))
        at += 8 + size
    return found


def _numbers(content: bytes, dtype: np.dtype[Any], count: int, width: int) -> NDArray[Any]:
    return np.frombuffer(content, dtype, count * width).reshape(count, width)


def natural(value: Any) -> int:
    """Raises PackageInvalid: not an integer from 0 on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise PackageInvalid("a glTF file: a count or an index is not a natural number")
    return value
