"""Messages between two processes: a head as JSON, and arrays.

u32 size of the head, u32 size of the arrays (little endian), the head, the arrays one after
another. The head's ``arrays`` says of each its name, type and shape.
"""

import json
import struct
from typing import IO, Any

import numpy as np

MOST_HEAD, MOST_ARRAYS = 1 << 20, 1 << 30
_SIZES = struct.Struct("<II")


def write_message(stream: IO[bytes], head: "dict[str, str]", arrays: "dict[str, Any]") -> None:
    shapes = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    told = json.dumps({**head, "arrays": shapes}).encode()
    content = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    stream.write(_SIZES.pack(len(told), sum(map(len, content))) + told)
    for part in content:
        stream.write(part)
    stream.flush()


def read_message(stream: IO[bytes]) -> "tuple[dict[str, str], dict[str, Any]]":
    """Raises EOFError: the other side is gone. ValueError: it does not speak this."""
    told, size = _SIZES.unpack(_exactly(stream, _SIZES.size))
    if told > MOST_HEAD or size > MOST_ARRAYS:
        raise ValueError("a message is too large")
    head = json.loads(_exactly(stream, told))
    content, at, arrays = _exactly(stream, size), 0, {}
    for name, kind, shape in head.pop("arrays"):
        dtype = np.dtype(kind)
        if dtype.hasobject:
            raise ValueError("a message holds objects")
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(content, dtype, count, at).reshape(shape)
        at += count * dtype.itemsize
    return head, arrays


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content
