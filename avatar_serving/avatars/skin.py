"""The outermost layer: face, hair, neck and shoulders, and the lids that unroll."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.lids import Strips, build_strips, rim
from avatar_serving.avatars.outside import Outline, Surroundings, gentle_depth, surround
from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.steep import without_streaks
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import Pixels


def build_skin(
    fitted: Fit, shapes: Floats, closed: Floats, outline: Outline, texture: Pixels
) -> tuple[Part, float]:
    """The layer, and the depth of the shoulders. *shapes* (52, 468, 3); *closed* (468, 3): what
    closes the mouth; *texture* (size, size, 4): the person cut out of the photo."""
    around = surround(outline, texture[..., 3] / 255)
    bare = _bare(fitted, shapes, closed, outline, around, texture)
    return _with_lids(bare, fitted, texture), around.body_depth


def _bare(
    fitted: Fit, shapes: Floats, closed: Floats, outline: Outline, around: Surroundings,
    texture: Pixels,
) -> Part:  # fmt: skip
    """Without lid strips."""
    surface = face_surface()
    face = surface.refined(np.concatenate([shapes, -closed[None]]))
    outer = np.einsum("nk,skd->snd", around.pull, face[:, surface.oval])
    morphs = np.concatenate([face, outer], 1)
    photo = np.concatenate([surface.refined(fitted.rest), around.positions])
    photo[:, 2] = gentle_depth(photo, surface.oval, outline.width)
    rest = np.append(fitted.weights, np.float32(1))
    joints = np.concatenate([surface.oval, surface.points + np.arange(len(around.positions))])
    triangles = np.concatenate([surface.triangles, joints[around.triangles]]).astype(np.int32)
    return Part(
        positions=(photo - np.einsum("s,snd->nd", rest, morphs)).astype(np.float32),
        morphs=morphs.astype(np.float32),
        triangles=triangles,
        head=np.concatenate([np.ones(surface.points), around.head]).astype(np.float32),
        uv=(photo[:, :2] * np.array([1, -1]) + 0.5).astype(np.float32),
        texture=without_streaks(texture, photo, triangles),
    )


def _with_lids(bare: Part, fitted: Fit, texture: Pixels) -> Part:
    """The strips come last, so that they are blended over the lids; their picture is below the
    person's in the texture."""
    surface = face_surface()
    right = rim("eyeBlinkRight", surface.right_eye, bare.positions)
    left = rim("eyeBlinkLeft", surface.left_eye, bare.positions)
    photo = surface.refined(fitted.rest)
    strips = build_strips(
        (right, left), bare.positions, bare.morphs, texture[..., :3], photo, fitted.weights
    )
    assert bare.uv is not None and bare.texture is not None
    size, below = len(texture), strips.picture.shape[0]
    uv = np.concatenate([bare.uv * size, strips.pixels + np.array([0, size])])
    count = len(bare.positions)
    return Part(
        positions=np.concatenate([bare.positions, strips.positions]).astype(np.float32),
        morphs=np.concatenate([bare.morphs, strips.morphs], 1).astype(np.float32),
        triangles=np.concatenate([bare.triangles, strips.triangles + count]),
        head=np.concatenate([bare.head, np.ones(len(strips.positions), np.float32)]),
        uv=(uv / np.array([size, size + below])).astype(np.float32),
        texture=np.concatenate([bare.texture, _widened(strips, size)]),
    )


def _widened(strips: Strips, size: int) -> NDArray[np.uint8]:
    row = np.zeros((strips.picture.shape[0], size, 4), np.uint8)
    row[:, : strips.picture.shape[1]] = strips.picture
    return row
