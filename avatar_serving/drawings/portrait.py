"""Builds the rig of one drawn character out of one picture."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.backdrop import background
from avatar_serving.avatars.correctives import close_lids, neutral
from avatar_serving.avatars.crop import Square, head_and_shoulders
from avatar_serving.avatars.eyes import Eye, build_eyes
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.lids import Rim
from avatar_serving.avatars.lips import shaped_lips
from avatar_serving.avatars.manifest import EngineEntry
from avatar_serving.avatars.outside import Outline
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.rig import Floats, PortraitRig
from avatar_serving.avatars.skin import LidMaker, build_skin
from avatar_serving.avatars.strips import Strip
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import Mask, Pixels, cut_out, polygon_mask, to_pixels
from avatar_serving.avatars.unfold import unfolded
from avatar_serving.drawings.closing import close_mouth, outlined
from avatar_serving.drawings.eyeballs import drawn_eyeball, without_corners
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.inside import drawn_inside
from avatar_serving.drawings.landmarks import LASH_ROWS, landmarks
from avatar_serving.drawings.lids import drawn_lid
from avatar_serving.drawings.matte import drawn_matte
from avatar_serving.drawings.measure import WholeFace
from avatar_serving.drawings.shapes import drawn_fit, round_mouth
from avatar_serving.drawings.skin import hue_within
from avatar_serving.drawings.strands import strands
from avatar_serving.drawings.turning import axis, borne
from avatar_serving.faces import Face
from avatar_serving.faces.topology import CHIN
from avatar_serving.media import CHANNELS, Progress

ENGINE = EngineEntry(name="drawing", version="1")

RISE = 0.2
"""How far the lower lid comes up in a blink, over the opening: eyes are drawn shut as a shallow
curve in their lower third, and a lid half shut keeps some of its arch."""
SOCKET = 2.0
"""So many times as large as an eye is what hides an eyeball that looks aside."""
SHADED, BARE, FEWEST = 20.0, 6.0, 60
"""Differences from the skin's colour of skin in shadow and of bare skin; fewest pixels to go by."""
FADED = 1.5
"""How much lighter than the other eye's a lash line may be."""
LASHES, DARKEST = (1.2, 0.1), 20
"""From how far above an eye's opening, in thicknesses of its lash line, to how far below, in its
heights, this line may be; percentage of what is there that is its ink."""
DARK, UNSEEN = 0.65, 0.4
"""Brightness of lash lines, as a share of the skin's: at most, and where none was drawn."""


def build(
    picture: Pixels, face: Face, drawn: WholeFace, size: int
) -> Iterator[Progress | Portrait]:
    """Progress, and at last the portrait. *face* and *drawn*: the same face of *picture* as the
    photo model sees it and as it was drawn; *size*: side of the image square in pixels."""
    square = head_and_shoulders(picture, face)
    image = square.cut(picture, size)
    yield Progress("fit", 0.15, "Measuring the drawing")
    place = _Place(square, drawn)
    fitted = _corrected(drawn_fit(place.units(landmarks(drawn))))
    yield Progress("matte", 0.35, "Cutting out the character")
    matte = _matte(image, fitted)
    behind = background(image, matte)
    yield Progress("mesh", 0.6, "Building the mesh")
    rig = _rig(image, place, fitted, matte, behind)
    yield Progress("mesh", 0.9, "Packing")
    yield Portrait(rig, square, image, ENGINE)


class _Place:
    """From the crop that was measured to the image square."""

    def __init__(self, square: Square, drawn: WholeFace) -> None:
        self.drawn = drawn
        self._square = square
        self.scale = drawn.crop.region.side / len(drawn.crop.rgb) / square.size
        """Image square units a pixel of the crop."""

    def units(self, points: Floats) -> Floats:
        """Points (n, 2) in image square units."""
        crop = self.drawn.crop
        seen = crop.region.to_image(np.asarray(points), len(crop.rgb))
        flat = np.column_stack([seen, np.zeros(len(seen))])
        return self._square.units(flat)[:, :2].astype(np.float64)

    def on_square(self, mask: Mask, size: int) -> Floats:
        """A mask of the crop (side, side) on the image square, (size, size), 0..1."""
        side = len(mask)
        corners = np.array([[0, 0], [side, 0], [0, side]], np.float32)
        flat = np.column_stack([self.units(corners), np.zeros(3)])
        turn = cv2.getAffineTransform(corners, to_pixels(flat, size).astype(np.float32))
        moved = cv2.warpAffine(mask.astype(np.float32), turn, (size, size), flags=cv2.INTER_AREA)
        return np.asarray(moved, np.float32)


def _corrected(fitted: Fit) -> Fit:
    """With shapes whose lids and lips meet."""
    width = float(np.ptp(fitted.rest[face_surface().oval[::2], 0]))
    shapes = close_lids(fitted, width, RISE)
    for rim, row in LASH_ROWS:
        shapes[:, list(row)] = shapes[:, list(rim)]
    fitted = replace(fitted, shapes=shapes)
    face = neutral(fitted) + close_mouth(fitted)
    shapes = shaped_lips(fitted, face)
    round_mouth(shapes, face)
    return replace(fitted, shapes=unfolded(shapes, face))


def _matte(image: Pixels, fitted: Fit) -> Floats:
    matte = drawn_matte(image)
    rim = face_surface().refined(fitted.rest)[face_surface().oval]
    solid = polygon_mask(to_pixels(rim, len(image)), len(image))
    for eye in (face_surface().right_eye, face_surface().left_eye):
        ring = to_pixels(face_surface().refined(fitted.rest)[eye], len(image))
        solid |= polygon_mask(ring.mean(0) + (ring - ring.mean(0)) * SOCKET, len(image))
    return np.where(solid, 1, matte).astype(np.float32)


def _rig(image: Pixels, place: _Place, fitted: Fit, matte: Floats, behind: Pixels) -> PortraitRig:
    surface, drawn = face_surface(), place.drawn
    outline = Outline(surface.refined(fitted.rest)[surface.oval], fitted.rest[CHIN])
    closed = close_mouth(fitted)
    photo = surface.refined(fitted.rest)
    inked = outlined(image, photo[surface.lips]) if drawn.mouth.open else image
    for ring, eye in zip((surface.right_eye, surface.left_eye), drawn.eyes, strict=True):
        inked = without_corners(inked, photo[ring], _lid_colours(drawn, eye)[0])
    texture = cut_out(inked, matte, behind)
    skin, _ = build_skin(
        fitted, fitted.shapes, closed, outline, texture, 1.0, lid=_lid_maker(place), bears=borne
    )
    photo = skin.positions + skin.morphs[-1]
    eyes = build_eyes(
        image,
        (
            _eye("Right", photo, surface.right_eye, drawn.eyes[0], place),
            _eye("Left", photo, surface.left_eye, drawn.eyes[1], place),
        ),
        photo[surface.lips] if drawn.mouth.open else None,
        fitted.weights,
        drawn_eyeball,
    )
    mouth = drawn_inside(fitted, neutral(fitted) + closed, fitted.shapes)
    rest = (0.0,) * len(CHANNELS)
    return PortraitRig(mouth, eyes, skin, behind, axis(outline), rest)


def _eye(side: str, skin: Floats, ring: NDArray[np.int32], eye: DrawnEye, place: _Place) -> Eye:
    iris = place.units(np.array([eye.iris]))[0]
    return Eye(side, skin[ring], iris.astype(np.float32), eye.radius * place.scale, skin)


def _lid_maker(place: _Place) -> LidMaker:
    drawn = place.drawn

    def make(
        one: Rim, positions: Floats, morphs: Floats, image: Pixels, photo: Floats, rest: Floats
    ) -> Strip:
        eye = drawn.eyes[0 if one.blink.endswith("Right") else 1]
        colours = _lid_colours(drawn, eye)
        before = place.on_square(strands(drawn.colours, eye), len(image))
        lash = eye.lash * place.scale
        return drawn_lid(one, positions, morphs, rest, image, colours, lash, before)

    return make


def _lid_colours(drawn: WholeFace, eye: DrawnEye) -> tuple[Floats, Floats]:
    """Of the skin, and of the lash line above an eye: what was drawn there, unless the other eye's
    is much darker, for then it is no line."""
    skin = np.median(drawn.crop.rgb[_bare(drawn, eye)], axis=0)
    lash = _ink(drawn.crop.rgb, eye)
    darkest = min((_ink(drawn.crop.rgb, one) for one in drawn.eyes), key=np.mean)
    if lash.mean() > FADED * darkest.mean():
        lash = darkest
    return skin, lash if lash.mean() < DARK * skin.mean() else skin * UNSEEN


def _ink(rgb: Pixels, eye: DrawnEye) -> Floats:
    """(3,): of the lash line above the middle of an eye, the darkest there."""
    middle = slice(len(eye.x) // 4, -(-3 * len(eye.x) // 4))
    rows = np.arange(len(rgb))[:, None]
    low, high = eye.upper[middle] - LASHES[0] * eye.lash, eye.upper[middle] + LASHES[1] * eye.height
    band = rgb[:, eye.x[middle].astype(int)][(rows >= low) & (rows <= high)]
    light = band.mean(-1)
    return np.median(band[light <= np.percentile(light, DARKEST)], axis=0)


def _bare(drawn: WholeFace, eye: DrawnEye) -> NDArray[np.bool_]:
    """Skin next to an eye, as shaded as its lid is; or else all skin."""
    seen = drawn.colours
    y, x = np.mgrid[: len(seen.lab), : len(seen.lab)]
    across = np.abs(x - eye.middle[0]) / max(eye.width, 1)
    down = np.abs(y - eye.middle[1]) / max(eye.height, 1)
    beside = (across < 0.75) & (down < 0.85) & ((across > 0.6) | (down > 0.65))
    hue = np.linalg.norm((seen.lab - seen.skin)[..., 1:], axis=-1)
    near = beside & (seen.unlike < SHADED) & (hue < hue_within(seen.skin)) & ~seen.hair
    if near.sum() > FEWEST:
        return near
    return (seen.unlike < BARE) & seen.face
