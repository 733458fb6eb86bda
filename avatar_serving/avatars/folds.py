"""Folds beside nose and mouth that a smile left in the photo, softened where the face is calm.

A photo keeps its shading. Over each fold lies a ribbon of the same skin without it. A smile draws
it aside onto the cheek, where it is like what is around it, and under.
"""

import cv2
import numpy as np

from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid, on_skin
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels

FOLDS = (
    ("mouthSmileRight", (129, 203, 206, 216, 212)),
    ("mouthSmileLeft", (358, 423, 426, 436, 432)),
)
"""The shape that makes a fold, and the landmarks it runs along, from the nose down."""
LEAST_SMILE = 0.4
"""Weight of a smile that leaves a fold worth softening."""
ROWS, COLUMNS = 11, 5
HIGH_PX, WIDE_PX = 64, 32
BORDER_PX = 1
REACH = 0.075
"""To either side of the fold, in face widths."""
NEARER, BACK = 0.005, 0.0065
"""How far before the skin it lies, and how far back a smile takes it, in image units: when it has
become narrow it is gone."""
SOFTENED = 0.5
"""Share of the fold that goes."""
GRAIN, GRAIN_PX = 7.0, 1.2
"""Unevenness of the skin that stays: its size in grey levels at most, and in pixels."""


def build_folds(
    positions: Floats, morphs: Floats, image: Pixels, photo: Floats, rest: Floats
) -> list[Strip]:
    """*positions* (n, 3), *morphs*: of the skin; *photo* (n, 3): where its vertices are in
    *image*; *rest* (52,): the weights of the photo."""
    return [
        _ribbon(line, MORPHS.index(smile), positions, morphs, image, photo, rest)
        for smile, line in FOLDS
        if rest[MORPHS.index(smile)] >= LEAST_SMILE
    ]


def _ribbon(
    line: tuple[int, ...], smile: int, positions: Floats, morphs: Floats, image: Pixels,
    photo: Floats, rest: Floats,
) -> Strip:  # fmt: skip
    places = _across(photo[list(line), :2], REACH * float(np.ptp(photo[:, 0])))
    corners, shares = on_skin(places.reshape(-1, 2), photo)
    place = np.einsum("kc,kcd->kd", shares, positions[corners])
    move = np.einsum("kc,skcd->skd", shares, morphs[:, corners])
    seen = np.einsum("kc,kcd->kd", shares, photo[corners]).reshape(ROWS, COLUMNS, 3)
    cheek = 0 if MORPHS[smile].endswith("Right") else COLUMNS - 1
    gathered = (seen[:, cheek : cheek + 1] - seen).reshape(-1, 3)
    gathered[:, 2] -= BACK
    move[smile] += gathered
    # The photo's own smile may be a smaller one, and shows all of its fold.
    move[MORPHS.index("photo")] += gathered * (1 - rest[smile])
    place[:, 2] += NEARER
    return Strip(
        place.astype(np.float32), move.astype(np.float32), grid(ROWS, COLUMNS), _texels(),
        _skin(image, to_pixels(places.reshape(-1, 2), len(image)).reshape(places.shape)),
    )  # fmt: skip


def _across(line: Floats, reach: float) -> Floats:
    """(ROWS, COLUMNS, 2): along *line* (k, 2), and to both sides of it."""
    steps = np.append(0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    along = np.linspace(0, steps[-1], ROWS)
    middle = np.stack([np.interp(along, steps, line[:, k]) for k in range(2)], 1)
    ahead = np.gradient(middle, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    aside = ahead[:, ::-1] * np.array([-1, 1])
    # Triangles of `grid` look at the viewer where columns run to the image's right.
    aside *= np.sign(aside[:, :1].mean())
    return middle[:, None] + aside[:, None] * (np.linspace(-1, 1, COLUMNS) * reach)[:, None]


def _skin(image: Pixels, places: Floats) -> Pixels:
    """(HIGH_PX, WIDE_PX, 4): the skin at *places* (ROWS, COLUMNS, 2), from one side of the fold to
    the other as if it were not there."""
    size = (WIDE_PX, HIGH_PX)
    x, y = (cv2.resize((places[..., k] - 0.5).astype(np.float32), size) for k in range(2))
    seen = np.asarray(cv2.remap(image.astype(np.float64), x, y, cv2.INTER_LINEAR), np.float64)
    across = np.linspace(0, 1, WIDE_PX)[None, :, None]
    sides = [cv2.GaussianBlur(side.mean(1), (1, 0), 4.0)[:, None] for side in _sides(seen)]
    smooth = sides[0] * (1 - across) + sides[1] * across
    grain = np.clip(seen - cv2.GaussianBlur(seen, (0, 0), GRAIN_PX), -GRAIN, GRAIN)
    along = np.linspace(0, 1, HIGH_PX)[:, None]
    alpha = SOFTENED * np.sin(across[..., 0] * np.pi) * np.sin(along * np.pi) ** 0.5
    return np.dstack([to_bytes(smooth + grain), to_bytes(alpha * 255)])


def _sides(seen: Floats) -> tuple[Floats, Floats]:
    edge = WIDE_PX // 6
    return seen[:, :edge], seen[:, -edge:]


def _texels() -> Floats:
    x = np.linspace(BORDER_PX, WIDE_PX - BORDER_PX, COLUMNS)
    y = np.linspace(BORDER_PX, HIGH_PX - BORDER_PX, ROWS)
    return np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
