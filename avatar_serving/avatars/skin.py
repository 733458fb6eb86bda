"""The outermost layer: face, hair, neck and shoulders, and what unrolls over it."""

from collections.abc import Callable

import numpy as np

from avatar_serving.avatars.back import with_back
from avatar_serving.avatars.far_head import with_far_head
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.folds import build_folds
from avatar_serving.avatars.hair import Hair, with_hair
from avatar_serving.avatars.lids import Rim, build_lid, rim
from avatar_serving.avatars.lip_skin import build_lips
from avatar_serving.avatars.outside import Outline, Surroundings, gentle_depth, surround
from avatar_serving.avatars.overhang import covered_by, without_overhang
from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.skull import Skull
from avatar_serving.avatars.steep import without_streaks
from avatar_serving.avatars.strips import Strip, with_strips
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.symmetry import FarSide, build_far_side
from avatar_serving.avatars.textures import Mask, Pixels, to_pixels
from avatar_serving.avatars.tongue import build_tongue
from avatar_serving.faces.topology import LEFT_BROW, LIPS_INNER, LIPS_OUTER, RIGHT_BROW

LidMaker = Callable[[Rim, Floats, Floats, Pixels, Floats, Floats], Strip]
"""Has the arguments of `build_lid`."""
Bearing = Callable[[Surroundings, Outline, Floats], Surroundings]
"""Of what surrounds a face with an outline and a matte (size, size): the same with other depths and
shares in the head's turns."""


def as_it_is(around: Surroundings, outline: Outline, matte: Floats) -> Surroundings:
    return around


def build_skin(
    fitted: Fit, shapes: Floats, closed: Floats, outline: Outline, texture: Pixels, light: float,
    skull: Skull | None = None, lid: LidMaker = build_lid, *, open_mouth: bool = False,
    hair: Hair | None = None, far: FarSide | None = None, bears: Bearing = as_it_is,
    glasses: bool = False,
) -> tuple[Part, float]:  # fmt: skip
    """The layer, and the depth of the shoulders. *shapes* (52, 468, 3); *closed* (468, 3): what
    closes the mouth; *texture* (size, size, 4): the person cut out of the photo; *light*:
    as in MouthColours; *skull*: what is around the face has its depth; *open_mouth*: the lips are
    apart in the photo; *hair*: becomes a sheet of its own; *far*: the side that is completed;
    *bears*: how what surrounds the face goes with it; *glasses*: are worn."""
    matte = texture[..., 3] / 255
    around = bears(surround(outline, matte, skull), outline, matte)
    bare = _bare(fitted, shapes, closed, outline, around, texture, far)
    strips = _strips(bare, fitted, texture[..., :3], light, lid)
    if open_mouth:
        strips = _lips(bare, fitted, texture[..., :3]) + strips
    if skull is None:
        whole = bare
    else:
        face = None if far is None else _face_in(fitted, len(texture))
        backed = with_back(bare, skull, texture[..., :3], face)
        whole = with_far_head(backed, bare, fitted, glasses=glasses)
    if hair is not None:
        whole = with_hair(whole, len(bare.positions), hair, len(texture))
    if far is not None:
        strips.insert(0, build_far_side(far, bare))
    return with_strips(whole, strips), around.body_depth


def _bare(
    fitted: Fit, shapes: Floats, closed: Floats, outline: Outline, around: Surroundings,
    texture: Pixels, far: FarSide | None,
) -> Part:  # fmt: skip
    """Without strips."""
    surface = face_surface()
    face = surface.refined(np.concatenate([shapes, -closed[None]]))
    outer = np.einsum("nk,skd->snd", around.pull, face[:, surface.oval])
    morphs = np.concatenate([face, outer], 1)
    photo = np.concatenate([surface.refined(fitted.rest), around.positions])
    made_up = None if far is None else far.made_up
    photo[:, 2] = gentle_depth(photo, surface.oval, surface.points, outline.width, made_up)
    rest = np.append(fitted.weights, np.float32(1))
    joints = np.concatenate([surface.oval, surface.points + np.arange(len(around.positions))])
    triangles = np.concatenate([surface.triangles, joints[around.triangles]]).astype(np.int32)
    part = Part(
        positions=(photo - np.einsum("s,snd->nd", rest, morphs)).astype(np.float32),
        morphs=morphs.astype(np.float32),
        triangles=triangles,
        head=np.concatenate([np.ones(surface.points), around.head]).astype(np.float32),
        uv=(photo[:, :2] * np.array([1, -1]) + 0.5).astype(np.float32),
        texture=without_streaks(texture, photo, triangles),
    )
    return part if far is None else without_overhang(part, surface)


def _strips(bare: Part, fitted: Fit, image: Pixels, light: float, lid: LidMaker) -> list[Strip]:
    surface = face_surface()
    photo = surface.refined(fitted.rest)
    rims = [
        rim(blink, ring, brow[:5], bare.positions, surface.triangles)
        for blink, ring, brow in (
            ("eyeBlinkRight", surface.right_eye, RIGHT_BROW),
            ("eyeBlinkLeft", surface.left_eye, LEFT_BROW),
        )
    ]
    lids = [lid(one, bare.positions, bare.morphs, image, photo, fitted.weights) for one in rims]
    corners = bare.positions[[LIPS_OUTER[0], LIPS_OUTER[10]], 0]
    tongue = build_tongue(bare.positions, bare.morphs, LIPS_INNER[5], float(np.ptp(corners)), light)
    face = slice(surface.points)
    folds = build_folds(bare.positions[face], bare.morphs[:, face], image, photo, fitted.weights)
    return [*folds, *lids, tongue]


def _face_in(fitted: Fit, size: int) -> Mask:
    """(size, size): where any of the face is in the photo."""
    surface = face_surface()
    return covered_by(to_pixels(surface.refined(fitted.rest), size), surface.triangles, size)


def _lips(bare: Part, fitted: Fit, image: Pixels) -> list[Strip]:
    face, photo = slice(face_surface().points), face_surface().refined(fitted.rest)
    return build_lips(bare.positions[face], bare.morphs[:, face], image, photo)
