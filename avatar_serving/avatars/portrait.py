"""Builds the rig of one person out of one picture."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import glb, package, scene
from avatar_serving.avatars.backdrop import background
from avatar_serving.avatars.beyond import frame_for, widened
from avatar_serving.avatars.correctives import close_lids, neutral
from avatar_serving.avatars.crop import Square, head_and_shoulders
from avatar_serving.avatars.eye_edges import with_edges
from avatar_serving.avatars.eyes import Eye, build_eyes
from avatar_serving.avatars.fit import Fit, fit
from avatar_serving.avatars.glasses import held, worn
from avatar_serving.avatars.glb_reader import Model
from avatar_serving.avatars.hairline import find_hair
from avatar_serving.avatars.lips import close_lips, on_flesh, shaped_lips
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    source_entry,
)
from avatar_serving.avatars.mouth import build_mouth
from avatar_serving.avatars.neck import yaw_range
from avatar_serving.avatars.outside import Outline
from avatar_serving.avatars.own import with_own
from avatar_serving.avatars.person import person
from avatar_serving.avatars.pictures import encode_webp
from avatar_serving.avatars.rig import Floats, Part, PortraitRig
from avatar_serving.avatars.shades import mouth_colours
from avatar_serving.avatars.silhouette import out_to_silhouette, solid_face
from avatar_serving.avatars.skin import build_skin
from avatar_serving.avatars.skull import skull
from avatar_serving.avatars.surface import face_surface, lip_pairs
from avatar_serving.avatars.symmetry import completed
from avatar_serving.avatars.textures import Mask, cut_out
from avatar_serving.avatars.unfold import unfolded
from avatar_serving.errors import ImageRejected
from avatar_serving.faces import Face, FaceFinder
from avatar_serving.faces.topology import CHIN, LEFT_IRIS, RIGHT_IRIS
from avatar_serving.media import ARKIT, HEAD, Progress

Pixels = NDArray[np.uint8]
VERSION = "7"
OPEN_MOUTH = 0.012
"""From this gap on, in face widths, the photo's mouth is open and shows what is in it."""
STEADY_GAZE = 0.35
"""Eye weights of the blendshape model below this are taken for a look into the camera."""
NARROW = 0.5
"""Share of a squint that is taken for one; the rest is how the person's eyes are."""
LICENCES = (
    ("landmark and segmentation models, mean face", "Apache-2.0"),
    ("face shapes, jaw motion", "CC0-1.0"),
    ("mouth interior", "Apache-2.0"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Portrait:
    """A rig, and the square of the source that it was made of."""

    rig: PortraitRig
    square: Square
    picture: Pixels
    """(size, size, 3): that square."""
    engine: EngineEntry = EngineEntry(name="portrait", version=VERSION)
    """What made it."""


def build(picture: Pixels, finder: FaceFinder, size: int) -> Iterator[Progress | Portrait]:
    """Progress, and at last the portrait. *size*: side of the image square in pixels.

    Raises:
        ImageRejected: there is no face.
    """
    yield Progress("face", 0.02, "Finding the face")
    yield from build_of(picture, finder.find(picture), size)


def build_of(picture: Pixels, faces: list[Face], size: int) -> Iterator[Progress | Portrait]:
    """`build`, where *faces* were found already."""
    if not faces:
        raise ImageRejected("face", "No face was found in the picture.")
    square = head_and_shoulders(picture, faces[0])
    image = square.cut(picture, size)
    yield Progress("fit", 0.15, "Measuring the face")
    points = square.units(faces[0].landmarks)
    glasses = worn(image, points[:468])
    fitted = _fitted(points, faces[0], glasses)
    yield Progress("matte", 0.35, "Cutting out the person")
    whole, matte = image, person(image, fitted)
    frame = frame_for(_outline(fitted), matte)
    if frame is not None:
        points = frame.outwards(points)
        fitted = _fitted(points, faces[0], glasses)
        whole, matte = widened(picture, square, image, frame, fitted)
    fitted = out_to_silhouette(fitted, matte)
    chin = round((0.5 - float(fitted.rest[CHIN, 1])) * len(whole))
    with ThreadPoolExecutor(1) as aside:
        behind = aside.submit(background, whole, matte, chin)
        yield Progress("mesh", 0.6, "Building the mesh")
        rig = _rig(whole, points, fitted, matte, behind, glasses)
    yield Progress("mesh", 0.9, "Packing")
    yield Portrait(rig if frame is None else frame.inwards(rig), square, image)


def pack(portrait: Portrait, source: Pixels, thumbnail: Pixels) -> bytes:
    """The portrait as a package without a name. *thumbnail* shows its rest pose."""
    rig, square = portrait.rig, portrait.square
    model = Model(rig.mouth, rig.eyes, rig.skin, rig.pivot, rig.yaw)
    files = {
        "avatar.glb": glb.write(model),
        "background.webp": encode_webp(rig.background),
        "thumbnail.webp": encode_webp(thumbnail, quality=88),
    }
    if (seen := scene.scene_of(source, square)) is not None:
        files[scene.FILE] = encode_webp(seen, scene.QUALITY)
    manifest = Manifest(
        id="0" * 32,
        image_size=len(portrait.picture),
        source=source_entry(source),
        crop=CropEntry(x=square.x, y=square.y, size=square.size),
        licences=tuple(
            LicenceEntry.model_validate({"part": p, "licence": spdx, "class": "commercial"})
            for p, spdx in LICENCES
        ),
        engine=portrait.engine,
        rest_weights=rig.rest_weights,
        files={},
    )
    return package.write(manifest, files)


def _fitted(points: Floats, face: Face, glasses: bool) -> Fit:
    fitted = with_own(fit(points[:468], _expected(face)))
    return held(fitted) if glasses else fitted


def _expected(face: Face) -> Floats:
    """The blendshape model's opinion, (52,)."""
    weights = np.array([face.blendshapes.get(name, 0.0) for name in ARKIT], np.float32)
    weights[[name.startswith("eyeSquint") for name in ARKIT]] *= NARROW
    gaze = np.array([name.startswith("eyeLook") for name in ARKIT])
    steady = np.clip((weights - STEADY_GAZE) / (1 - STEADY_GAZE), 0, 1)
    return np.where(gaze, steady, np.clip(weights, 0, 1)).astype(np.float32)


def _rig(
    image: Pixels, points: Floats, fitted: Fit, matte: Floats, behind: Future[Pixels],
    glasses: bool,
) -> PortraitRig:  # fmt: skip
    surface = face_surface()
    outline = _outline(fitted)
    open_mouth = _gap(fitted.rest) > OPEN_MOUTH * outline.width
    if open_mouth:
        fitted = replace(fitted, rest=on_flesh(fitted.rest))
    rest = surface.refined(fitted.rest)
    fitted = _corrected(fitted, outline.width)
    shapes, closed = fitted.shapes, close_lips(fitted)
    photo_face = neutral(fitted) + closed
    lips = surface.lips
    colours = mouth_colours(image, fitted.rest, rest[lips] if open_mouth else None)
    head = skull(fitted, outline.rim, matte)
    hair = find_hair(image, matte, fitted)
    texture = cut_out(image, matte, behind.result())
    far, hair = completed(fitted, texture, hair, glasses=glasses)
    skin, body_depth = build_skin(
        fitted, shapes, closed, outline, texture, colours.light, head, open_mouth=open_mouth,
        hair=hair, far=far, glasses=glasses,
    )  # fmt: skip
    photo = _in_photo(skin, fitted)
    solid = solid_face(fitted, texture[..., 3])
    eyes = build_eyes(
        image,
        (
            _eye("Right", photo, surface.right_eye, points[list(RIGHT_IRIS)], solid),
            _eye("Left", photo, surface.left_eye, points[list(LEFT_IRIS)], solid),
        ),
        rest[lips] if open_mouth else None,
        fitted.weights,
    )
    rings = photo[surface.right_eye], photo[surface.left_eye]
    eyes = with_edges(eyes, _in_photo(eyes, fitted), image, rings)
    mouth = build_mouth(
        fitted, photo_face, surface.refined(photo_face)[lips], surface.refined(shapes)[:, lips],
        colours,
    )  # fmt: skip
    return PortraitRig(
        mouth, eyes, skin, behind.result(), pivot(outline, body_depth),
        (*(float(w) for w in np.round(fitted.weights, 6)), *(0.0 for _ in HEAD)),
        yaw_range(fitted.turn),
    )  # fmt: skip


def _outline(fitted: Fit) -> Outline:
    surface = face_surface()
    return Outline(surface.refined(fitted.rest)[surface.oval], fitted.rest[CHIN])


def _in_photo(part: Part, fitted: Fit) -> Floats:
    """Where the vertices of *part* are in the photo."""
    return part.positions + np.einsum("s,snd->nd", np.append(fitted.weights, 1), part.morphs)


def _corrected(fitted: Fit, face_width: float) -> Fit:
    """With shapes whose lids and lips meet. Shapes and neutral face depend on each other; a second
    round settles them."""
    for _ in range(2):
        fitted = replace(fitted, shapes=close_lids(fitted, face_width))
    face = neutral(fitted) + close_lips(fitted)
    shapes = shaped_lips(fitted, face)
    # Lids do fold, and are drawn by strips of their own.
    lower = [not name.startswith("eye") for name in ARKIT]
    shapes[lower] = unfolded(shapes[lower], face)
    return replace(fitted, shapes=shapes)


def _eye(side: str, skin: Floats, ring: NDArray[np.int32], iris: Floats, solid: Mask) -> Eye:
    radius = np.linalg.norm(iris[1:, :2] - iris[0, :2], axis=1).mean()
    return Eye(side, skin[ring], iris[0, :2], float(radius), skin, solid)


def _gap(face: Floats) -> float:
    """Mean height of the mouth opening."""
    upper, lower = np.array(lip_pairs()).T
    return float((face[upper, 1] - face[lower, 1]).mean())


def pivot(outline: Outline, body_depth: float) -> tuple[float, float, float]:
    """Where the neck carries the head: between and behind the jaws."""
    x = (outline.rim[:, 0].min() + outline.rim[:, 0].max()) / 2
    y = outline.chin[1] - 0.05 * outline.height
    return float(x), float(y), body_depth - 0.1 * outline.width
