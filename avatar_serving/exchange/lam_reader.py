"""A LAM chat package as one of our own."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from avatar_serving.avatars import gaussian
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    SourceEntry,
)
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.splats import Gaussians
from avatar_serving.errors import PackageInvalid
from avatar_serving.exchange.archive import Folder, only_folder
from avatar_serving.exchange.lam import CREDITS, OFFSETS, SKIN
from avatar_serving.exchange.lam_skin import read_skin
from avatar_serving.media import CHANNELS

SIZE_PX = 512
FILLED = 0.9
"""Of the image square, by the head's height or width."""
SOLID = 0.5
"""Opacity from which a splat counts for the size."""
LIGHT, DARK = 244, 214
"""Grey of what is behind the person, above and below."""
THEIRS = (
    LicenceEntry.model_validate(
        {"part": "appearance", "licence": "CC-BY-NC-4.0", "class": "non-commercial"}
    ),
    LicenceEntry.model_validate(
        {"part": "geometry", "licence": "LicenseRef-FLAME", "class": "non-commercial"}
    ),
)
"""LAM's weights are CC BY-NC 4.0 and its mesh is that of FLAME, unless the package says better."""
_licences = TypeAdapter(tuple[LicenceEntry, ...])


def read_lam(data: bytes) -> bytes:
    """A package (type gaussian) of a LAM chat zip, without name and consent.

    Raises:
        PackageInvalid: it is damaged, hostile, or lacks what an avatar needs.
    """
    folder = only_folder(data, (SKIN, OFFSETS, CREDITS))
    missing = [name for name in (SKIN, OFFSETS) if name not in folder.files]
    if missing:
        raise PackageInvalid(f"the folder lacks {', '.join(missing)}")
    mesh, splats = read_skin(folder.files[SKIN]), gaussian.read_splats(folder.files[OFFSETS])
    if len(mesh.positions) != len(splats.means):
        raise PackageInvalid(f"{OFFSETS} has not one splat for each vertex of {SKIN}")
    mesh, splats = framed(mesh, splats)
    manifest = Manifest(
        type="gaussian",
        id="0" * 32,
        image_size=SIZE_PX,
        source=SourceEntry(sha256=hashlib.sha256(data).hexdigest(), width=SIZE_PX, height=SIZE_PX),
        crop=CropEntry(x=0, y=0, size=SIZE_PX),
        licences=_licences_of(folder),
        engine=EngineEntry(name="lam", version="1"),
        rest_weights=(0.0,) * len(CHANNELS),
        files={},
    )
    return gaussian.pack(mesh, splats, _backdrop(), manifest)


def framed(mesh: SkinnedMesh, splats: Gaussians) -> tuple[SkinnedMesh, Gaussians]:
    """Moved and scaled so that the head fills the image square."""
    places = (mesh.positions + splats.means)[splats.opacities > SOLID]
    if len(places) < 3:
        raise PackageInvalid("hardly a splat can be seen")
    low, high = np.quantile(places, (0.002, 0.998), axis=0)
    size = max(high[0] - low[0], high[1] - low[1])
    if not 1e-4 < size < 1e4:
        raise PackageInvalid("the head has no sensible size")
    middle, scale = ((low + high) / 2).astype(np.float32), np.float32(FILLED / size)

    def placed(points: Floats) -> Floats:
        return (points - middle) * scale

    x, y, z = (float(v) for v in placed(np.asarray(mesh.pivot, np.float32)))
    moved = replace(
        mesh, positions=placed(mesh.positions), morphs=mesh.morphs * scale, pivot=(x, y, z)
    )
    return moved, replace(splats, means=splats.means * scale, scales=splats.scales * scale)


def _licences_of(folder: Folder) -> tuple[LicenceEntry, ...]:
    if CREDITS not in folder.files:
        return THEIRS
    try:
        credits: Any = json.loads(folder.files[CREDITS])
        return _licences.validate_python(credits["licences"])
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError) as error:
        raise PackageInvalid(f"{CREDITS} is not what it should be") from error


def _backdrop() -> NDArray[np.uint8]:
    column = np.linspace(LIGHT, DARK, SIZE_PX).astype(np.uint8)
    return np.ascontiguousarray(np.broadcast_to(column[:, None, None], (SIZE_PX, SIZE_PX, 3)))
