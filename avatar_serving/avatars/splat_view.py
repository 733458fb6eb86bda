"""The splats of any package."""

from avatar_serving.avatars import gaussian, package, splat_refine
from avatar_serving.avatars.splat_scene import FINENESS, SplatScene


def load_scene(content: bytes, fineness: float = FINENESS) -> SplatScene:
    """Of a package of any type; *fineness* is for those that are meshes. Raises PackageInvalid."""
    opened = package.read(content)
    if opened.manifest.type == "gaussian":
        return gaussian.scene(opened)
    return splat_refine.from_rig(package.load(content), fineness)
