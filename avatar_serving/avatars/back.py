"""The sides and the back of a head, as far as a turn shows them: a band behind the outline.

No photo shows it. It goes on from the outline as an ellipsoid does, from that of the face where
there are jaws, and looks like the hair or skin that the photo shows as far within; behind ears,
like what is above and below them.
"""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, minimum_filter1d
from scipy.spatial import KDTree

from avatar_serving.avatars.rig import Floats, Part
from avatar_serving.avatars.skull import DIRECTIONS, Skull
from avatar_serving.avatars.strips import GUTTER_PX, framed, grid
from avatar_serving.avatars.textures import Mask, Pixels, to_bytes, to_pixels

ROUND_DEG = 40.0
"""How far round the head it reaches; heads in conversation turn less."""
ROWS = 4
WIDE_PX, HIGH_PX = 6, 32
"""Of its picture: a column's, and the whole's."""
INSET = 0.97
"""Where it begins, in shares of the way to the outline: in the photo nothing of it shows."""
UNDER = (0.004, 0.015)
"""How far behind the surface of jaws and of hair it begins, in image units."""
LOWEST, WHOLE = -0.7, -0.1
"""Sines of the directions below which there is nothing of it, and above which there is all: it goes
down behind the jaws, or beside a neck there would be a gap below the ears. Between them it becomes
narrow and fades, or its end would hang below the chin when the head turns and looks up."""
WHOLE_HAIR = 0.5
"""Sine of the directions from which on there is hair, and no ear, jaw or neck: from 0 on less and
less."""
OVERHANG = 1.08
"""Where a face reaches so far beyond its outline, in shares of the way there, it hangs over it."""
SOFT = 0.3
"""Share of its width below which it fades."""
JAW_BEND = 0.35
"""How much the sides of jaws bend inwards, as a share of what an ellipsoid does."""
UNSURE = 0.94
"""Where less of the way to the outline is solid there is an ear, or nothing to go by."""
BESIDE = 5
"""Directions beside an ear that still have something of it."""
SHADE = 0.3
"""How much darker its far end is."""


def with_back(part: Part, skull: Skull, image: Pixels, face: Mask | None = None) -> Part:
    """*part*, the skin without strips, with the band behind it, to be drawn before. *image*
    (size, size, 3): the person; *face* (size, size): what of it is none of the hair's."""
    assert part.uv is not None and part.texture is not None
    columns = _directions()
    reach = _reach(skull)[columns]
    positions, head = _band(part, skull, columns, reach)
    picture = _picture(skull, columns, reach, image)
    share = np.minimum(_share()[columns] / SOFT, 1)
    if face is not None:
        share = share * _free(skull, columns, reach, face)
    alpha = np.broadcast_to(_along(share) * 255, picture.shape[:2])
    picture = framed(np.dstack([picture, to_bytes(alpha)]))
    high, wide = part.texture.shape[:2]
    row = np.zeros((len(picture), wide, 4), np.uint8)
    row[:, : picture.shape[1]] = picture
    texture = np.concatenate([part.texture, row])
    x = GUTTER_PX + (np.arange(len(columns)) + 0.5) * WIDE_PX
    y = high + GUTTER_PX + np.linspace(0.5, HIGH_PX - 0.5, ROWS)
    uv = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    whole = np.array([wide, high])
    return replace(
        part,
        positions=np.concatenate([part.positions, positions], dtype="f4"),
        morphs=np.pad(part.morphs, ((0, 0), (0, len(positions)), (0, 0))),
        triangles=np.concatenate(
            [grid(ROWS, len(columns)) + np.int32(len(part.positions)), part.triangles]
        ),
        head=np.concatenate([part.head, head], dtype="f4"),
        uv=(np.concatenate([part.uv * whole, uv]) / texture.shape[1::-1]).astype(np.float32),
        texture=texture,
    )


def _directions() -> NDArray[np.intp]:
    """Every other of the skull's that show hair, counter-clockwise."""
    angles = np.arange(-DIRECTIONS // 4, 3 * DIRECTIONS // 4)
    shown = np.sin(angles / DIRECTIONS * 2 * np.pi) >= LOWEST
    return angles[shown][::2] % DIRECTIONS


def _reach(skull: Skull) -> Floats:
    """(DIRECTIONS,): how far from the middle of the face the band begins."""
    bone = gaussian_filter1d(minimum_filter1d(skull.solid, BESIDE, mode="wrap"), 1.5, mode="wrap")
    skin = np.minimum(skull.rim, bone) * INSET
    return skin + (np.maximum(bone * INSET, skull.rim) - skin) * _hair()


def _share() -> Floats:
    """(DIRECTIONS,), 0..1: how much of the band there is."""
    return np.clip((_upwards() - LOWEST) / (WHOLE - LOWEST), 0, 1)


def _hair() -> Floats:
    """(DIRECTIONS,), 0..1: from ears, jaw and neck to hair alone."""
    return np.clip(_upwards() / WHOLE_HAIR, 0, 1)


def _upwards() -> Floats:
    """(DIRECTIONS,): sines."""
    return np.sin(np.arange(DIRECTIONS) / DIRECTIONS * 2 * np.pi)


def _band(
    part: Part, skull: Skull, columns: NDArray[np.intp], reach: Floats
) -> tuple[Floats, Floats]:
    """Its vertices, row by row from the outline back, and how far each follows the head."""
    way = _away(skull, columns, np.ones(len(columns))) - skull.middle
    level, head = _surface_at(part, skull.middle + way * reach[:, None])
    turn = np.radians(np.linspace(0, ROUND_DEG, ROWS))[:, None] * _share()[columns]
    hair = _hair()[columns]
    under = UNDER[0] + (UNDER[1] - UNDER[0]) * hair
    bend = JAW_BEND + (1 - JAW_BEND) * hair
    flat = skull.middle + way * (reach * (1 - bend * (1 - np.cos(turn))))[..., None]
    deep = level - under - np.median(reach) * np.sin(turn)
    return np.concatenate([flat, deep[..., None]], 2).reshape(-1, 3), np.tile(head, ROWS)


def _surface_at(part: Part, places: Floats) -> tuple[Floats, Floats]:
    """z of the skin at *places* (n, 2), and how far it follows the head."""
    values = np.column_stack([part.positions[:, 2], part.head])
    flat = part.positions[:, :2]
    found = LinearNDInterpolator(flat, values)(places)
    nearest = values[KDTree(flat).query(places)[1]]
    level, head = np.where(np.isnan(found), nearest, found).T
    return level, head


def _free(skull: Skull, columns: NDArray[np.intp], reach: Floats, face: Mask) -> Floats:
    """(columns,), 0..1: 0 where a band that begins at *reach* would show the *face* among hair, and
    where the face hangs over its own outline, with no jaw to see behind it."""
    places = _away(skull, columns, reach * np.cos(np.radians(ROUND_DEG / 2)))
    outside = _away(skull, columns, OVERHANG * skull.rim[columns])
    taken = (_is_in(face, places) & (_hair()[columns] > 0)) | _is_in(face, outside)
    return gaussian_filter1d(minimum_filter1d((~taken).astype(np.float32), BESIDE), 1.5)


def _away(skull: Skull, columns: NDArray[np.intp], distance: Floats) -> Floats:
    """(columns, 2): places at a *distance* (columns,) from the middle of the face."""
    angle = columns / DIRECTIONS * 2 * np.pi
    return skull.middle + np.stack([np.cos(angle), np.sin(angle)], 1) * distance[:, None]


def _is_in(mask: Mask, places: Floats) -> Mask:
    """(n,): whether *places* (n, 2) are in the *mask* (size, size)."""
    column, row = np.clip(to_pixels(places, len(mask)).astype(int), 0, len(mask) - 1).T
    return mask[row, column]


def _picture(skull: Skull, columns: NDArray[np.intp], reach: Floats, image: Pixels) -> Pixels:
    """(HIGH_PX, WIDE_PX * columns, 3)."""
    size = len(image)
    angle = _along(np.unwrap(columns / DIRECTIONS * 2 * np.pi))
    away = _along(reach)
    turn = np.radians(np.linspace(0, ROUND_DEG, HIGH_PX))[:, None]
    distance = away * np.cos(turn)
    x, y = skull.middle[0] + np.cos(angle) * distance, skull.middle[1] + np.sin(angle) * distance
    column, row = (x + 0.5) * size - 0.5, (0.5 - y) * size - 0.5
    column, row = column.astype("f4"), row.astype("f4")
    seen = cv2.remap(
        image.astype(np.float32), column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    unsure = (skull.solid < UNSURE * skull.edge).astype(np.uint8)
    unsure = maximum_filter1d(unsure, 2 * BESIDE + 1, mode="wrap") * (_hair() > 0)
    unsure = unsure[columns] > 0
    seen = _completed(np.asarray(seen, np.float32), np.repeat(unsure, WIDE_PX))
    return to_bytes(seen * (1 - SHADE * np.sin(turn))[..., None])


def _along(values: Floats) -> Floats:
    """*values* (columns,) for each pixel of a row of the picture."""
    place = (np.arange(len(values) * WIDE_PX) + 0.5) / WIDE_PX - 0.5
    return np.interp(place, np.arange(len(values)), values)


def _completed(colours: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """*colours* (rows, columns, 3) with *hidden* columns as those beside them go over into one
    another."""
    if hidden.all():
        return colours
    at = np.arange(len(hidden))
    flat = colours.transpose(0, 2, 1).reshape(-1, len(hidden))
    filled = np.stack([np.interp(at, at[~hidden], line[~hidden]) for line in flat])
    return filled.reshape(len(colours), 3, -1).transpose(0, 2, 1)
