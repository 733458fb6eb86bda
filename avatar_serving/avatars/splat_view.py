"""The splats of any package."""

from dataclasses import replace

from avatar_serving.avatars import gaussian, package, splat_refine
from avatar_serving.avatars.rig import PortraitRig
from avatar_serving.avatars.splat_scene import FINENESS, SplatScene, covered
from avatar_serving.avatars.tuck import tucked

COARSER = 1.06
"""By how much splats grow at a time until they are few enough."""


def load_scene(content: bytes, fineness: float = FINENESS, most: int | None = None) -> SplatScene:
    """Of a package of any type; *fineness* is for those that are meshes, and coarser where it would
    give more than *most* splats.

    What is inside a head is behind its skin, for those who sort splats by depth alone.

    Raises:
        PackageInvalid: the package is damaged.
    """
    opened = package.read(content)
    if opened.manifest.type == "gaussian":
        return gaussian.scene(opened)
    rig = package.load(content)
    mouth, eyes = tucked((rig.mouth, rig.eyes), rig.skin, rig.pivot)
    whole = replace(rig, mouth=mouth, eyes=eyes)
    return splat_refine.from_rig(whole, fineness if most is None else _few(whole, fineness, most))


def _few(rig: PortraitRig, fineness: float, most: int) -> float:
    """The finest of *fineness* and coarser ones with no more than *most* splats; where triangles
    alone are more, the one from which on it gets no better."""
    fewest = sum(len(part.triangles) for part in rig.parts)
    while (count := _count(rig, fineness)) > max(most, fewest):
        # As many as there are small triangles: with the square of their size.
        fineness *= max(COARSER, (count / most) ** 0.5 * 0.95)
    return fineness


def _count(rig: PortraitRig, fineness: float) -> int:
    return sum(len(layer.splats.opacities) for layer in covered(rig, fineness).layers)
