"""Eyeballs behind the lids, and the mouth of the photo behind the lips, out of the photo itself."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator

from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.avatars.textures import Pixels, fill, polygon_mask, shrunk, to_bytes, to_pixels

COLUMNS, ROWS = 13, 9
HALF_WIDTH, HALF_HEIGHT = 0.8, 0.5
"""Reach of an eyeball patch from the middle of the eye, in eye widths."""
BULGE = (0.4, 0.12)
"""How far its middle stands before its sides and before its upper and lower end, in eye widths: so
round that in a turned head no end of it reaches past the temple."""
UNDER, REACH = 0.04, 1.6
"""How far an eyeball stays under the skin beside the lids, and over what distance from its middle
that skin is looked at, in eye widths."""
DEEPEST = 0.3
"""How far at most it goes back for that, in eye widths: beside a temple that falls away steeply it
would be torn, and the wall seen through the eye of a head that turns further."""
STEPS = 33
"""In which the outline of the person is looked for from the middle of an eye."""
SIDEWAYS, UPWARDS, DOWNWARDS = 0.2, 0.13, 0.14
"""How far the iris moves at a weight of 1, in eye widths: an eyeball's radius times the sine of
the greatest turn."""
SHADE = 0.94
"""Brightness of what the photo does not show of an eyeball; it lies in the lids' shadow."""
LID_SHADOW, SHADOW_FROM = 0.45, 0.2
"""How much darker still it is under the upper lid, and how far above the middle of the eye all of
that is reached, in eye widths: beside lashes that the photo shows, white would be a bright rim."""
IRIS_EDGE = 1.08
MARGIN = 3
"""Pixels around a patch in the texture."""


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """Image square units."""

    side: str
    """Left or Right, the person's own."""
    ring: Floats
    """(n, 3): the refined edge of the lids in the photo, from the outer corner."""
    iris: Floats
    """(2,) centre."""
    radius: float
    """Of the iris."""
    skin: Floats
    """(n, 3): the skin of the photo. Beside the lids an eyeball stays under it."""
    solid: NDArray[np.bool_] | None = None
    """(size, size): where nothing behind the person shows through; None: everywhere."""

    @property
    def width(self) -> float:
        return float(np.ptp(self.ring[:, 0]))

    @property
    def slant(self) -> float:
        """How much depth the lids' edge gains along x."""
        return float(np.polyfit(self.ring[:, 0], self.ring[:, 2], 1)[0])


Painter = Callable[[Pixels, Eye], Floats]
"""The picture (size, size, 3) with what of an eyeball lids hide."""


@dataclass(frozen=True, slots=True, eq=False)
class _Patch:
    positions: Floats
    """Of the neutral face."""
    photo: Floats
    """Where the same vertices are in the photo."""
    morphs: Floats
    triangles: NDArray[np.int32]
    picture: Pixels
    """Its cut of the (filled in) photo, at the photo's own pixels."""
    corner: tuple[int, int]
    """x, y of that cut in the photo."""


def build_eyes(
    picture: Pixels, eyes: tuple[Eye, Eye], mouth: Floats | None, weights: Floats,
    paint: Painter | None = None,
) -> Part:  # fmt: skip
    """*mouth* (n, 3): the edge of the opening in the photo, if it is open. *weights*: (52,).
    *paint*: completes an eyeball; None: as in photos."""
    patches = [_eyeball(picture, eye, weights, paint or _whole_eye) for eye in eyes]
    if mouth is not None:
        patches.append(_photo_mouth(picture, mouth))
    return _joined(patches, picture.shape[0])


def _eyeball(picture: Pixels, eye: Eye, weights: Floats, paint: Painter) -> _Patch:
    middle = (eye.ring.min(0) + eye.ring.max(0)) / 2
    x, y = np.meshgrid(np.linspace(-1, 1, COLUMNS), np.linspace(-1, 1, ROWS))
    z = 0.05 + eye.slant * x * HALF_WIDTH - BULGE[0] * x**2 - BULGE[1] * y**2
    # Drawn eyes may be higher than they are wide.
    half_height = max(HALF_HEIGHT, float(np.ptp(eye.ring[:, 1])) / eye.width / 2 + DOWNWARDS)
    local = np.stack([x * HALF_WIDTH, y * half_height, z], -1).reshape(-1, 3)
    morphs = np.zeros((len(MORPHS), len(local), 3), np.float32)
    whole = middle + local * eye.width
    photo = _within(whole, eye)
    photo[:, 2] = _under(photo, eye)
    for name, step in _gaze(eye.side).items():
        moved = _within(whole + np.array(step) * eye.width, eye)
        morphs[MORPHS.index(name), :, :2] = (moved - photo)[:, :2]
    neutral = photo - np.einsum("k,kld->ld", weights, morphs[: len(weights)])
    size = picture.shape[0]
    cut, corner = _cut(paint(picture, eye), to_pixels(photo, size))
    return _Patch(neutral, photo, morphs, _grid_triangles(), cut, corner)


def _within(points: Floats, eye: Eye) -> Floats:
    """An eyeball's *points* (n, 3), those beyond the outline of the person moved towards the middle
    of the eye until they are inside."""
    if eye.solid is None:
        return points
    middle, size = eye.ring[:, :2].mean(0), len(eye.solid)
    away = points[:, :2] - middle
    shares = np.linspace(0, 1, STEPS)
    places = np.append(middle, 0) + shares[:, None, None] * np.pad(away, ((0, 0), (0, 1)))
    column, row = np.clip(to_pixels(places.reshape(-1, 3), size).astype(int), 0, size - 1).T
    inside = np.logical_and.accumulate(eye.solid[row, column].reshape(STEPS, -1))
    if not inside[0].all():
        return points
    moved = points.copy()
    moved[:, :2] = middle + shares[inside.sum(0) - 1, None] * away
    return moved


def _under(points: Floats, eye: Eye) -> Floats:
    """z of an eyeball's *points* (n, 3), those beside the lids no further forward than the skin,
    wherever it looks."""
    middle = eye.ring[:, :2].mean(0)
    near = eye.skin[np.abs(eye.skin[:, :2] - middle).max(1) < REACH * eye.width]
    fallback = float(near[:, 2].min())
    surface = LinearNDInterpolator(near[:, :2], near[:, 2], fill_value=fallback)
    aside = np.array([[0, 0], [SIDEWAYS, 0], [-SIDEWAYS, 0]]) * eye.width
    skin = surface(points[:, None, :2] + aside).min(1) - UNDER * eye.width
    ring = eye.ring[:, :2].astype(np.float32)
    inside = [cv2.pointPolygonTest(ring, (float(x), float(y)), False) >= 0 for x, y, _ in points]
    under = np.clip(skin, points[:, 2] - DEEPEST * eye.width, points[:, 2])
    return np.where(inside, points[:, 2], under)


def _gaze(side: str) -> dict[str, tuple[float, float, float]]:
    outwards = 1.0 if side == "Left" else -1.0
    return {
        f"eyeLookOut{side}": (outwards * SIDEWAYS, 0, 0),
        f"eyeLookIn{side}": (-outwards * SIDEWAYS, 0, 0),
        f"eyeLookUp{side}": (0, UPWARDS, 0),
        f"eyeLookDown{side}": (0, -DOWNWARDS, 0),
    }


def _whole_eye(picture: Pixels, eye: Eye) -> Floats:
    """The photo with the eyeball completed under the lids: iris by its colour at each radius,
    white from what there is of it."""
    size = picture.shape[0]
    ring = to_pixels(eye.ring, size)
    seen = shrunk(polygon_mask(ring, size), 1)
    centre, radius = to_pixels(eye.iris[None], size)[0], eye.radius * size
    rows, columns = _around(ring)
    x, y = np.meshgrid(np.arange(size)[columns] + 0.5, np.arange(size)[rows] + 0.5)
    away = np.hypot(x - centre[0], y - centre[1]) / radius
    whole = picture.astype(np.float32)
    colours, seen = whole[rows, columns], seen[rows, columns]
    white = fill(colours, _white(colours, seen & (away > 1.25)).astype(np.float32)) * SHADE
    iris = _iris(colours, seen, away)
    edge = np.clip((IRIS_EDGE - away) / 0.16, 0, 1)[..., None]
    up = (ring[:, 1].mean() - y) / (SHADOW_FROM * eye.width * size)
    shadow = 1 - LID_SHADOW * np.clip(up, 0, 1)[..., None]
    hidden = (iris * edge + white * (1 - edge)) * shadow
    share = cv2.blur(seen.astype(np.float32), (3, 3))[..., None]
    share = np.where(seen[..., None], share, 0)
    whole[rows, columns] = colours * share + hidden * (1 - share)
    return whole


def _around(ring: Floats) -> tuple[slice, slice]:
    """Rows and columns of all that can be seen of an eyeball, whose lids' edge is *ring* (n, 2),
    in pixels."""
    low, high = ring.min(0), ring.max(0)
    reach = float((high - low).max()) + 2 * MARGIN
    left, top = np.maximum(low - reach, 0).astype(int)
    right, bottom = (high + reach).astype(int)
    return slice(top, bottom), slice(left, right)


def _white(colours: Floats, seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of what shows beside the iris, the brighter half: neither lashes nor the corners' red."""
    if not seen.any():
        return seen
    brightness = colours.mean(2)
    return seen & (brightness >= np.median(brightness[seen]))


def _iris(colours: Floats, seen: NDArray[np.bool_], away: Floats) -> Floats:
    """For every pixel the mean of the seen pixels as far from the iris's centre."""
    bins = 12
    index = np.clip((away * bins / IRIS_EDGE).astype(int), 0, bins - 1)
    known = seen & (away < IRIS_EDGE)
    counts = np.bincount(index[known], minlength=bins)
    sums = np.stack([np.bincount(index[known], colours[..., c][known], bins) for c in range(3)], 1)
    filled = np.flatnonzero(counts)
    if not filled.size:
        return np.full_like(colours, 60)
    means = sums[filled] / counts[filled, None]
    places = away * bins / IRIS_EDGE - 0.5
    return np.stack([np.interp(places, filled, means[:, c]) for c in range(3)], -1)


def _photo_mouth(picture: Pixels, ring: Floats) -> _Patch:
    """A patch that stands in the mouth opening at `photo` 1 and is folded to a point at 0."""
    middle = ring.mean(0)
    behind = np.array([0, 0, 0.02], np.float32)
    spread = np.concatenate([middle + (ring - middle) * 1.15, middle[None]]) - behind
    count = len(ring)
    positions = np.repeat((middle - behind)[None], count + 1, 0)
    morphs = np.zeros((len(MORPHS), count + 1, 3), np.float32)
    morphs[MORPHS.index("photo")] = spread - positions
    around = np.arange(count)
    triangles = np.stack([around, (around + 1) % count, np.full(count, count)], 1)
    cut, corner = _cut(picture.astype(np.float32), to_pixels(spread, picture.shape[0]))
    return _Patch(positions, spread, morphs, triangles.astype(np.int32), cut, corner)


def _cut(picture: Floats, points: Floats) -> tuple[Pixels, tuple[int, int]]:
    """The part of *picture* around *points* (pixels)."""
    size = picture.shape[0]
    low = np.clip(np.floor(points.min(0)).astype(int) - MARGIN, 0, size - 1)
    high = np.clip(np.ceil(points.max(0)).astype(int) + MARGIN, low + 1, size)
    return to_bytes(picture[low[1] : high[1], low[0] : high[0]]), (int(low[0]), int(low[1]))


def _grid_triangles() -> NDArray[np.int32]:
    index = np.arange(COLUMNS * ROWS).reshape(ROWS, COLUMNS)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    both = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
    return both.reshape(-1, 3).astype(np.int32)


def _joined(patches: list[_Patch], size: int) -> Part:
    """One part whose texture has the cuts side by side. The photo's pixels stay whole, so that
    texture coordinates are those of the photo, shifted."""
    height = max(p.picture.shape[0] for p in patches)
    width = sum(p.picture.shape[1] for p in patches)
    texture = np.zeros((height, width, 3), np.uint8)
    uv: list[Floats] = []
    triangles: list[NDArray[np.int32]] = []
    left = first = 0
    for patch in patches:
        tall, wide, _ = patch.picture.shape
        texture[:tall, left : left + wide] = patch.picture
        texture[tall:, left : left + wide] = patch.picture[-1:]
        pixels = to_pixels(patch.photo, size) - patch.corner + np.array([left, 0])
        uv.append((pixels / np.array([width, height])).astype(np.float32))
        triangles.append(patch.triangles + first)
        left, first = left + wide, first + len(patch.positions)
    positions = np.concatenate([p.positions for p in patches]).astype(np.float32)
    return Part(
        positions=positions,
        morphs=np.concatenate([p.morphs for p in patches], 1).astype(np.float32),
        triangles=np.concatenate(triangles).astype(np.int32),
        head=np.ones(len(positions), np.float32),
        uv=np.concatenate(uv),
        texture=texture,
    )
