"""Every format an avatar can leave in, and what can come in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from avatar_serving.avatars import package
from avatar_serving.avatars.package import MANIFEST
from avatar_serving.avatars.skinned import MAX_VERTICES
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.errors import InvalidRequest
from avatar_serving.exchange.archive import member_names
from avatar_serving.exchange.gltf import write_glb
from avatar_serving.exchange.lam_reader import read_lam
from avatar_serving.exchange.lam_writer import FINENESS, write_lam
from avatar_serving.exchange.ply import write_ply
from avatar_serving.exchange.spz import write_spz

Format = Literal["glb", "ply", "spz", "lam"]


@dataclass(frozen=True, slots=True)
class Kind:
    write: Callable[[bytes], bytes]
    media_type: str
    suffix: str


def _glb(content: bytes) -> bytes:
    opened = package.read(content)
    if opened.manifest.type != "portrait":
        raise InvalidRequest("this avatar is splats alone: export it as ply, spz or lam", "format")
    return write_glb(opened)


def _lam(content: bytes) -> bytes:
    return write_lam(load_scene(content, FINENESS, MAX_VERTICES), package.inspect(content))


KINDS: dict[Format, Kind] = {
    "glb": Kind(_glb, "model/gltf-binary", ".glb"),
    "ply": Kind(lambda p: write_ply(load_scene(p).cloud()), "application/octet-stream", ".ply"),
    "spz": Kind(lambda p: write_spz(load_scene(p).cloud()), "application/octet-stream", ".spz"),
    "lam": Kind(_lam, "application/zip", ".zip"),
}


def exported(content: bytes, wanted: Format) -> bytes:
    """An avatar package in another format. Takes seconds.

    Raises:
        PackageInvalid: the package is damaged.
        InvalidRequest: avatars of its type have no such form.
    """
    return KINDS[wanted].write(content)


def imported(content: bytes) -> bytes:
    """A package of ours, verified, of one of ours or of a LAM chat zip. Takes seconds.

    Raises:
        PackageInvalid: it is neither, damaged or hostile; says how.
    """
    if MANIFEST in member_names(content):
        # Not only the hashes: what is kept must be drawable.
        load_scene(content, fineness=1.0)
        return content
    return read_lam(content)
