"""Gaussians as .spz, Niantic's compressed open format (github.com/nianticlabs/spz), version 3.

A gzip of a 16-byte header and, one after the other for all splats, their places (24-bit fixed
point), opacities, colours, logarithms of scales (a byte each) and rotations (the smallest three
components of the quaternion in 10 bits each). Its axes are those of a rig: x right, y up, z back.
"""

import gzip
import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.ply_table import MAX_SPLATS
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange import METRES
from avatar_serving.exchange.ply import HARMONIC, scaled

HEADER = struct.Struct("<4sIIBBBx")
MAGIC = b"NGSP"
VERSION = 3
FRACTION_BITS = 18
"""Places are multiples of 2^-18 m, up to 32 m from the origin."""
COLOUR_SCALE = 0.15
"""Of the constant spherical harmonic, before it becomes a byte."""
SPLAT_BYTES = 9 + 1 + 3 + 3 + 4
LARGEST = np.sqrt(0.5)
"""Of the three smaller components of a unit quaternion."""


def write_spz(cloud: Gaussians) -> bytes:
    """*cloud* in image squares, with the axes of a rig; the file is in metres."""
    cloud = scaled(cloud, METRES)
    count = len(cloud.means)
    harmonics = (cloud.colours - 0.5) / HARMONIC
    pieces = [
        HEADER.pack(MAGIC, VERSION, count, 0, FRACTION_BITS, 0),
        _fixed(cloud.means),
        _byte(cloud.opacities * 255),
        _byte((harmonics * COLOUR_SCALE + 0.5) * 255),
        _byte((np.log(cloud.scales) + 10) * 16),
        _packed(cloud.rotations),
    ]
    return gzip.compress(b"".join(pieces), compresslevel=9, mtime=0)


def read_spz(data: bytes) -> Gaussians:
    """What `write_spz` wrote, or others did in version 3; harmonics beyond the constant are left
    out.

    Raises:
        PackageInvalid: it is no such file, or damaged.
    """
    content = _unpacked(data)
    magic, version, count, _, bits, _ = HEADER.unpack_from(content)
    if magic != MAGIC or version != VERSION or bits > 23:
        raise PackageInvalid(f"this is no .spz file of version {VERSION}")
    if not 0 < count <= MAX_SPLATS or len(content) < HEADER.size + count * SPLAT_BYTES:
        raise PackageInvalid("a .spz file is cut short")
    pieces = iter(_cut(content[HEADER.size :], count, (9, 1, 3, 3, 4)))
    means = _unfixed(next(pieces)) / np.float32(2**bits)
    opacities = next(pieces)[:, 0] / np.float32(255)
    harmonics = (next(pieces) / np.float32(255) - 0.5) / COLOUR_SCALE
    scales = np.exp(next(pieces) / np.float32(16) - 10)
    rotations = _quaternions(next(pieces))
    colours = np.clip(harmonics * HARMONIC + 0.5, 0, 1).astype(np.float32)
    return scaled(Gaussians(means, scales, rotations, colours, opacities), 1 / METRES)


def _unpacked(data: bytes) -> bytes:
    """Never more than the largest file there may be."""
    limit = HEADER.size + MAX_SPLATS * (SPLAT_BYTES + 45)
    try:
        machine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        content = machine.decompress(data, limit)
    except zlib.error as error:
        raise PackageInvalid(f"a .spz file is damaged: {error}") from error
    if not machine.eof or len(content) < HEADER.size:
        raise PackageInvalid("a .spz file is cut short or too large")
    return content


def _cut(content: bytes, count: int, widths: tuple[int, ...]) -> list[NDArray[np.uint8]]:
    found: list[NDArray[np.uint8]] = []
    at = 0
    for width in widths:
        size = count * width
        found.append(np.frombuffer(content, np.uint8, size, at).reshape(count, width))
        at += size
    return found


def _byte(values: Floats) -> bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8).tobytes()


def _fixed(means: Floats) -> bytes:
    """24 bits, little endian."""
    whole = np.rint(means.astype(np.float64) * 2**FRACTION_BITS)
    whole = np.clip(whole, -(2**23), 2**23 - 1).astype("<i4")
    return whole.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _unfixed(content: NDArray[np.uint8]) -> Floats:
    wide = np.zeros((len(content) * 3, 4), np.uint8)
    wide[:, 1:] = content.reshape(-1, 3)
    return (wide.view("<i4")[:, 0] >> 8).astype(np.float32).reshape(-1, 3)


def _packed(rotations: Floats) -> bytes:
    """Which component is the largest (of x, y, z, w; 2 bits), then sign and size of the others."""
    q = np.roll(rotations, -1, 1).astype(np.float64)
    largest = np.abs(q).argmax(1)
    rows = np.arange(len(q))
    q *= np.where(q[rows, largest] < 0, -1, 1)[:, None]
    code = largest.astype(np.uint32)
    for i in range(4):
        size = np.rint(np.minimum(np.abs(q[:, i]) / LARGEST, 1) * 511).astype(np.uint32)
        longer = (code << 10) | ((q[:, i] < 0).astype(np.uint32) << 9) | size
        code = np.where(largest == i, code, longer)
    return code.astype("<u4").tobytes()


def _quaternions(content: NDArray[np.uint8]) -> Floats:
    """w, x, y, z."""
    code = np.ascontiguousarray(content).view("<u4")[:, 0]
    largest = code >> 30
    q = np.zeros((len(code), 4))
    for i in (3, 2, 1, 0):
        size = (code & 511) / 511 * LARGEST
        value = np.where(code >> 9 & 1, -size, size)
        mine = largest == i
        q[:, i] = np.where(mine, 0, value)
        code = np.where(mine, code, code >> 10)
    rest = np.sqrt(np.maximum(0, 1 - (q**2).sum(1)))
    q[np.arange(len(q)), largest] = rest
    return np.roll(q, 1, 1).astype(np.float32)
