"""The binary .ply files that hold Gaussians: a table of 32-bit floats, a row for each splat."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats
from avatar_serving.errors import PackageInvalid

PROPERTIES = (
    "x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2", "opacity",
    "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3",
)  # fmt: skip
FAINTEST = 1e-4
MAX_SPLATS = 500_000
HEADER = "ply\nformat binary_little_endian 1.0\nelement vertex {}\n{}end_header\n"
END = b"end_header\n"
MAX_HEADER_BYTES = 16_384


def write_table(rows: Floats) -> bytes:
    """*rows* (n, 17): a number for each of PROPERTIES."""
    names = "".join(f"property float {name}\n" for name in PROPERTIES)
    return HEADER.format(len(rows), names).encode() + rows.astype("<f4").tobytes()


def read_table(data: bytes) -> NDArray[np.void]:
    """The vertices of a binary .ply, of which all properties are floats: a structured array.

    Raises:
        PackageInvalid: it is no such file, lacks one of PROPERTIES but the normals, or holds
            numbers that are not finite.
    """
    end = data.find(END, 0, MAX_HEADER_BYTES)
    if not data.startswith(b"ply\n") or end < 0:
        raise PackageInvalid("a .ply file has no header")
    count, names = _described(data[:end].decode("ascii", "replace").splitlines()[1:])
    missing = {name for name in PROPERTIES if not name.startswith("n")} - set(names)
    if missing or len(set(names)) != len(names):
        raise PackageInvalid(f"a .ply file lacks {', '.join(sorted(missing)) or 'single names'}")
    body = data[end + len(END) :]
    if len(body) != count * len(names) * 4:
        raise PackageInvalid("a .ply file is cut short, or longer than it says")
    flat = np.frombuffer(body, "<f4")
    if not np.isfinite(flat).all():
        raise PackageInvalid("a .ply file holds numbers that are not finite")
    return flat.view(np.dtype([(name, "<f4") for name in names]))


def _described(lines: list[str]) -> tuple[int, list[str]]:
    """How many vertices there are, and the names of their properties."""
    count, names = -1, list[str]()
    for line in lines:
        match line.split():
            case ["format", "binary_little_endian", "1.0"] | ["comment", *_] | []:
                pass
            case ["element", "vertex", number] if number.isdecimal() and count < 0:
                count = int(number)
            case ["property", "float" | "float32", name] if count >= 0:
                names.append(name)
            case _:
                raise PackageInvalid(f"a .ply file has an unusual header: {line[:60]!r}")
    if not 0 < count <= MAX_SPLATS:
        raise PackageInvalid(f"a .ply file must hold 1 to {MAX_SPLATS} splats")
    return count, names


def columns(table: NDArray[np.void], *names: str) -> Floats:
    """(n, len(names))"""
    return np.column_stack([table[name] for name in names]).astype(np.float32)


def unit(rotations: Floats) -> Floats:
    """Quaternions of length one; no turn where there was none."""
    length = np.linalg.norm(rotations, axis=1, keepdims=True)
    none = np.array([1, 0, 0, 0], np.float32)
    return np.where(length > 1e-6, rotations / np.maximum(length, 1e-6), none).astype(np.float32)


def logit(opacities: Floats) -> Floats:
    """The inverse of *sigmoid*; 0..1, held off both ends by ``FAINTEST``."""
    clear = np.clip(opacities, FAINTEST, 1 - FAINTEST)
    return np.log(clear / (1 - clear))


def sigmoid(values: Floats) -> Floats:
    """Any number to 0..1."""
    return (1 / (1 + np.exp(-np.clip(values.astype(np.float64), -30, 30)))).astype(np.float32)
