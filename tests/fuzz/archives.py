"""Zips of strangers: archives spoiled as they stand, and whole ones of spoiled files."""

import io
import json
import struct
import zipfile
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.mutations import bytes_like, json_like

NAMES = (
    "../evil", "/etc/passwd", "ada/../../evil", "a\\b", "C:evil", "", ".", "\x00", "ada/",
    "x" * 300,    "manifest.json", "ada/skin.glb", "\u202egpj.exe", "__MACOSX/x", ".hidden",
)  # fmt: skip
SYMLINK = 0o120777 << 16

Files = dict[str, bytes]


def members(data: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(files: Files, compression: int = zipfile.ZIP_STORED, mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type, info.external_attr = compression, mode
            archive.writestr(info, content)
    return out.getvalue()


@st.composite
def spoiled_files(draw: st.DrawFn, files: Files) -> Files:
    """*files*, one of them spoiled: as bytes, in its JSON, or by its name."""
    name = draw(st.sampled_from([name for name, content in files.items() if content]))
    match draw(st.sampled_from(("bytes", "json", "json", "name", "drop"))):
        case "json" if name.endswith(".glb"):
            return files | {name: draw(spoiled_glb(files[name]))}
        case "json" if name.endswith(".json"):
            return files | {name: draw(spoiled_json(files[name]))}
        case "name":
            return files | {draw(st.sampled_from(NAMES)): files[name]}
        case "drop":
            return {key: content for key, content in files.items() if key != name}
        case _:
            return files | {name: draw(bytes_like(files[name]))}


def spoiled_json(content: bytes) -> st.SearchStrategy[bytes]:
    return json_like(json.loads(content)).map(lambda tree: json.dumps(tree).encode())


@st.composite
def spoiled_glb(draw: st.DrawFn, content: bytes) -> bytes:
    """A glTF binary whose lengths are right and whose document is not, or whose numbers are not."""
    size = int.from_bytes(content[12:16], "little")
    tree, binary = json.loads(content[20 : 20 + size]), content[28 + size :]
    if draw(st.booleans()):
        return glb_of(draw(json_like(tree)), binary)
    words = bytearray(binary)
    for _ in range(draw(st.integers(1, 20))):
        at = 4 * draw(st.integers(0, max(0, len(words) // 4 - 1)))
        words[at : at + 4] = struct.pack("<f", draw(st.sampled_from(NUMBERS)))
    return glb_of(tree, bytes(words))


NUMBERS = (0.0, -0.0, 1.0, -1.0, 1e-30, 1e-6, 99.0, -99.0, 101.0, 3e38, float("inf"), float("nan"))


def glb_of(tree: Any, binary: bytes) -> bytes:
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    head = struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(binary))
    head += struct.pack("<I4s", len(text), b"JSON") + text
    return head + struct.pack("<I4s", len(binary), b"BIN\0") + binary


@st.composite
def spoiled_zip(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes of a zip spoiled, or a whole zip of what is spoiled in it."""
    if draw(st.booleans()):
        return draw(bytes_like(data))
    files = draw(spoiled_files(members(data)))
    packed = draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)))
    return zipped(files, packed, draw(st.sampled_from((0, 0, SYMLINK))))


def with_meshes(content: bytes, meshes: tuple[int, ...]) -> bytes:
    """A glTF binary whose nodes have others' meshes."""
    size = int.from_bytes(content[12:16], "little")
    tree, binary = json.loads(content[20 : 20 + size]), content[28 + size :]
    for node, mesh in zip((n for n in tree["nodes"] if "mesh" in n), meshes, strict=True):
        node["mesh"] = mesh
    return glb_of(tree, binary)
