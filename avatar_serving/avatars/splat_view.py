"""The splats of any package."""

from dataclasses import replace

from avatar_serving.avatars import gaussian, package, splat_refine
from avatar_serving.avatars.splat_scene import FINENESS, SplatScene
from avatar_serving.avatars.tuck import tucked


def load_scene(content: bytes, fineness: float = FINENESS) -> SplatScene:
    """Of a package of any type; *fineness* is for those that are meshes.

    What is inside a head is behind its skin, for those who sort splats by depth alone.

    Raises:
        PackageInvalid: the package is damaged.
    """
    opened = package.read(content)
    if opened.manifest.type == "gaussian":
        return gaussian.scene(opened)
    rig = package.load(content)
    mouth, eyes = (tucked(part, rig.skin, rig.pivot) for part in (rig.mouth, rig.eyes))
    return splat_refine.from_rig(replace(rig, mouth=mouth, eyes=eyes), fineness)
