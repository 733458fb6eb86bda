"""The canonical face: the mean mesh that the first 468 landmarks are points of."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from avatar_serving import weights


@dataclass(frozen=True, slots=True, eq=False)
class CanonicalFace:
    vertices: NDArray[np.float32]
    """(468, 3) in centimetres: x to the person's left, y up, z towards the viewer."""
    uv: NDArray[np.float32]
    """(468, 2), 0..1, v down as in an image."""
    triangles: NDArray[np.int32]
    """(898, 3), counter-clockwise seen from outside."""
    rigid: NDArray[np.int32]
    """Landmarks that expressions hardly move, for finding the head's pose."""
    rigid_weights: NDArray[np.float32]
    """How much each of *rigid* counts."""


@cache
def canonical_face() -> CanonicalFace:
    """Read once and kept."""
    return read_geometry(weights.path("face-geometry"))


def canonical_mesh() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]]:
    """Vertices (468, 3), texture coordinates (468, 2) and triangles (898, 3)."""
    face = canonical_face()
    return face.vertices, face.uv, face.triangles


def read_geometry(path: Path) -> CanonicalFace:
    """Read MediaPipe's GeometryPipelineMetadata, a protocol buffer."""
    metadata = path.read_bytes()
    mesh = next(value for number, _, value in _fields(metadata) if number == 1)
    assert isinstance(mesh, bytes)
    vertices = _floats(mesh, 3).reshape(-1, 5)
    rigid, rigid_weights = _rigid_landmarks(metadata)
    return CanonicalFace(
        vertices=np.ascontiguousarray(vertices[:, :3]),
        uv=np.ascontiguousarray(vertices[:, 3:]),
        triangles=_integers(mesh, 4).reshape(-1, 3),
        rigid=rigid,
        rigid_weights=rigid_weights,
    )


def _rigid_landmarks(metadata: bytes) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    pairs: list[tuple[int, float]] = []
    for number, _, value in _fields(metadata):
        if number == 2 and isinstance(value, bytes):
            entry = {n: v for n, _, v in _fields(value)}
            index, weight = entry.get(1, 0), entry[2]
            assert isinstance(index, int) and isinstance(weight, float)
            pairs.append((index, weight))
    return np.array([p[0] for p in pairs], np.int32), np.array([p[1] for p in pairs], np.float32)


def _floats(message: bytes, wanted: int) -> NDArray[np.float32]:
    """A repeated float field, packed or not."""
    parts: list[bytes] = []
    for number, _, value in _fields(message):
        if number == wanted:
            parts.append(value if isinstance(value, bytes) else struct.pack("<f", value))
    return np.frombuffer(b"".join(parts), "<f4").astype(np.float32)


def _integers(message: bytes, wanted: int) -> NDArray[np.int32]:
    """A repeated varint field, packed or not."""
    numbers: list[int] = []
    for number, _, value in _fields(message):
        if number == wanted and isinstance(value, bytes):
            at = 0
            while at < len(value):
                item, at = _varint(value, at)
                numbers.append(item)
        elif number == wanted and isinstance(value, int):
            numbers.append(value)
    return np.array(numbers, np.int32)


def _fields(message: bytes) -> Iterator[tuple[int, int, int | float | bytes]]:
    """Every (field number, wire type, value) of a protocol buffer message."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(message, at)
        elif wire == 2:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        elif wire == 5:
            value, at = float(struct.unpack_from("<f", message, at)[0]), at + 4
        else:
            raise ValueError(f"wire type {wire} is not used in face geometry")
        yield number, wire, value


def _varint(message: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        byte = message[at]
        at += 1
        result |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return result, at
