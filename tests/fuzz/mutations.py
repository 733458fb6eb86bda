"""Valid samples made wrong in a few places, which reaches deeper than noise does."""

import copy
from collections.abc import Iterator
from typing import Any, cast

from hypothesis import strategies as st

Json = Any
Path = tuple[str | int, ...]

SIZES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""What breaks whoever believes a length."""
_MOST_BYTES = 2_000_000


def _deep(depth: int) -> Json:
    value: Json = 0
    for i in range(depth):
        value = [value] if i % 2 else {"a": value}
    return value


NASTY: tuple[Json, ...] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, 2**64, -(2**63), 10**400, 0.5, -0.0,
    1e308, 5e-324, float("nan"), float("inf"), "", " ", "0", "null", "\x00", "\x1f", "\ud800",
    "\U0001f9d1\u200d\U0001f9b0", "\u202e", "a" * 9_000, "..", "../../etc/passwd", "root",
    "http://169.254.169.254/latest/meta-data", "file:///etc/passwd",
    "data:image/png;base64,AAAA", "data:image/png;base64,%%%", "data:,", "'; DROP TABLE keys; --",
    "{{7*7}}", "$(id)", [], {}, [[]], [None], {"": ""}, {"__class__": 1}, _deep(60), _deep(400),
    list(range(600)),
)  # fmt: skip


@st.composite
def bytes_like(draw: st.DrawFn, *samples: bytes) -> bytes:
    """One of *samples* with one to six faults."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.sampled_from((1, 1, 2, 3, 6)))):
        _spoil(draw, data)
    return bytes(data[:_MOST_BYTES])


def _spoil(draw: st.DrawFn, data: bytearray) -> None:
    at = draw(_place(len(data)))
    match draw(st.sampled_from(("bit", "byte", "size", "cut", "repeat", "insert", "end"))):
        case "bit" if data:
            data[min(at, len(data) - 1)] ^= 1 << draw(st.integers(0, 7))
        case "byte" if data:
            data[min(at, len(data) - 1)] = draw(st.sampled_from((0, 1, 0x7F, 0x80, 0xFF)))
        case "size":
            width = draw(st.sampled_from((2, 4, 8)))
            order = "little" if draw(st.booleans()) else "big"
            size = draw(st.sampled_from(SIZES)) % 2 ** (8 * width)
            data[at : at + width] = size.to_bytes(width, order)
        case "cut":
            del data[at : at + draw(st.sampled_from((1, 2, 4, 16, 256)))]
        case "repeat":
            piece = data[at : at + draw(st.sampled_from((1, 4, 64, 4096)))]
            data[at:at] = piece * draw(st.sampled_from((1, 3, 50)))
        case "insert":
            data[at:at] = draw(st.binary(min_size=1, max_size=12))
        case "end":
            del data[at:]
        case _:
            pass


def _place(length: int) -> st.SearchStrategy[int]:
    """Somewhere, most often where headers are: at the beginning or at the end."""
    anywhere = st.integers(0, length)
    head, tail = st.integers(0, min(64, length)), st.integers(max(0, length - 80), length)
    return st.one_of(head, anywhere, tail)


@st.composite
def json_like(draw: st.DrawFn, *samples: Json, words: tuple[str, ...] = ()) -> Json:
    """One of *samples* with one to three fields replaced, left out, doubled or moved. Some texts
    become one of *words*."""
    tree = copy.deepcopy(draw(st.sampled_from(samples)))
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
        places = [path for path in _paths(tree) if path]
        if not places:
            break
        _edit(draw, tree, draw(st.sampled_from(places)), words)
    return tree


def _edit(draw: st.DrawFn, tree: Json, path: Path, words: tuple[str, ...]) -> None:
    parent: Json = _at(tree, path[:-1])
    key: Any = path[-1]
    match draw(st.sampled_from(("replace", "number", "drop", "move", "add", "word"))):
        case "replace":
            parent[key] = copy.deepcopy(draw(st.sampled_from(NASTY)))
        case "number":
            parent[key] = draw(st.integers(-1, 12))
        case "drop":
            del parent[key]
        case "move":
            places = list(_paths(tree))
            parent[key] = copy.deepcopy(_at(tree, draw(st.sampled_from(places))))
        case "add" if isinstance(parent, list):
            cast(list[Json], parent).extend([parent[key]] * draw(st.sampled_from((1, 70))))
        case "word" if words:
            parent[key] = draw(st.sampled_from(words))
        case _:
            pass


def _paths(tree: Json, path: Path = ()) -> Iterator[Path]:
    """Of the first few hundred values, not those inside of what is nested absurdly."""
    yield path
    if len(path) > 12:
        return
    if isinstance(tree, dict):
        for key, value in list(cast(dict[str, Json], tree).items())[:80]:
            yield from _paths(value, (*path, key))
    elif isinstance(tree, list):
        for i, value in enumerate(cast(list[Json], tree)[:12]):
            yield from _paths(value, (*path, i))


def _at(tree: Json, path: Path) -> Json:
    for key in path:
        tree = tree[key]
    return tree
