"""Small avatars with a strip that is folded away until an eye blinks."""

from dataclasses import replace

import numpy as np

from avatar_serving.avatars import gaussian, glb, package
from avatar_serving.avatars.dense import dense
from avatar_serving.avatars.glb_reader import Model
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.avatars.skinned import SkinnedMesh
from avatar_serving.avatars.strips import Strip, grid, with_strips
from avatar_serving.media import ARKIT

ROWS, COLUMNS = 4, 9
EDGE = 1 / 30


def lidded_package(shade: int, clear: int = 0) -> bytes:
    """A dark card over whose middle a strip of grey *shade* unrolls; below, next to the strip's own
    picture in the texture, it is white. So many pixels of its corner are *clear*."""
    picture = np.full((96, 96, 3), 40, np.uint8)
    picture[80:] = 255
    content = plain_package(picture)
    rig = package.load(content)
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, COLUMNS), np.zeros(ROWS))
    positions = np.stack([x, y, np.full_like(x, 0.01)], -1).reshape(-1, 3)
    morphs = np.zeros((len(MORPHS), *positions.shape))
    drop = np.linspace(0, 0.2, ROWS)[:, None] * np.sin(np.linspace(0, np.pi, COLUMNS))
    morphs[MORPHS.index("eyeBlinkLeft"), :, 1] = -drop.reshape(-1)
    strip = np.full((24, 32, 4), (shade, shade, shade, 255), np.uint8)
    texels = np.meshgrid(np.linspace(0, 32, COLUMNS), np.linspace(0, 24, ROWS))
    pixels = np.stack(texels, -1).reshape(-1, 2)
    folded = Strip(positions, morphs, grid(ROWS, COLUMNS), pixels, strip)
    assert rig.skin.texture is not None
    solid = np.dstack([rig.skin.texture, np.full(rig.skin.texture.shape[:2], 255, np.uint8)])
    solid[:clear, :clear, 3] = 0
    skin = with_strips(replace(rig.skin, texture=solid), [folded])
    model = Model(rig.mouth, rig.eyes, skin, rig.pivot)
    files = dict(package.read(content).files)
    return package.write(package.inspect(content), files | {"avatar.glb": glb.write(model)})


def lidded_splats(version: int = gaussian.UNFOLDED_FROM) -> bytes:
    """The same with a light strip, as splats. *version*: of the package format."""
    content = lidded_package(220)
    rig = package.load(content)
    made = dense(rig, EDGE)
    mesh = SkinnedMesh(
        made.mesh.positions, made.mesh.triangles, made.mesh.morphs[: len(ARKIT)], made.mesh.head,
        rig.pivot,
    )  # fmt: skip
    kind = {"type": "gaussian", "version": version}
    manifest = package.inspect(content).model_copy(update=kind)
    return gaussian.pack(mesh, made.splats, rig.background, manifest)
