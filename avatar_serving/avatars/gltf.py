"""glTF 2.0 binaries under construction: what every file of that format written here shares."""

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats

FLOAT, U8, U16, U32 = 5126, 5121, 5123, 5125
ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER = 34962, 34963
LINEAR, LINEAR_MIPMAP_LINEAR, CLAMP_TO_EDGE = 9729, 9987, 33071


@dataclass(slots=True)
class Document:
    """Arrays and pictures, each added once and named by its index from then on."""

    accessors: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    views: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    images: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    materials: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    meshes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    binary: bytearray = field(default_factory=bytearray)

    def view(self, content: bytes) -> int:
        """Append *content* to the binary, at a multiple of 4 bytes; its index."""
        self.binary.extend(b"\0" * (-len(self.binary) % 4))
        self.views.append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(content)})
        self.binary.extend(content)
        return len(self.views) - 1

    def accessor(self, array: NDArray[Any], component: int, kind: str, bounds: bool = False) -> int:
        """The index of an accessor to the rows of *array*, stored as they are.

        *component* and *kind* are glTF's, such as ``FLOAT`` and ``"VEC3"``; *bounds*: say the least
        and the most, as positions must.
        """
        entry = {"componentType": component, "type": kind, "count": len(array)}
        entry["bufferView"] = self.view(np.ascontiguousarray(array).tobytes())
        if kind != "MAT4":
            target = ELEMENT_ARRAY_BUFFER if kind == "SCALAR" else ARRAY_BUFFER
            self.views[-1]["target"] = target
        if bounds:
            entry |= _bounds(array)
        return self._add(entry)

    def sparse(self, values: Floats) -> int:
        """Only the rows that are not zero."""
        entry: dict[str, Any] = {"componentType": FLOAT, "type": "VEC3", "count": len(values)}
        entry |= _bounds(values)
        rows = np.flatnonzero(values.any(1))
        if rows.size:
            indices = self.view(rows.astype("<u2").tobytes())
            content = self.view(values[rows].astype("<f4").tobytes())
            entry["sparse"] = {
                "count": int(rows.size),
                "indices": {"bufferView": indices, "componentType": U16},
                "values": {"bufferView": content},
            }
        return self._add(entry)

    def _add(self, entry: dict[str, Any]) -> int:
        self.accessors.append(entry)
        return len(self.accessors) - 1


def packed(tree: dict[str, Any], binary: bytes) -> bytes:
    """A .glb of a document and its one buffer."""
    text = json.dumps(tree, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    return b"".join(
        [
            struct.pack("<4sII", b"glTF", 2, length),
            struct.pack("<I4s", len(text), b"JSON"),
            text,
            struct.pack("<I4s", len(binary), b"BIN\0"),
            binary,
        ]
    )


def _bounds(array: NDArray[Any]) -> dict[str, list[float]]:
    return {
        "min": [float(v) for v in array.min(0)],
        "max": [float(v) for v in array.max(0)],
    }
