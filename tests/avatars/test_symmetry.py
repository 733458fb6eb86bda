"""A face of which a photo shows one half well and the other edge-on, in other light."""

import numpy as np
import pytest

from avatar_serving.avatars.overhang import clear_of_face
from avatar_serving.avatars.strips import grid
from avatar_serving.avatars.unrolled import unrolled_face

SIDE, CELLS, HALF = 240, 25, 60.0
NARROW = 0.25
LIT, SHADED = 200.0, 110.0
FOREHEAD = -40
"""Above this row there is forehead."""
MOLE = (-36.0, 10.0)
"""On the half that is seen."""


@pytest.fixture(scope="module")
def unrolled() -> np.ndarray:
    return unroll(photo())[0]


def unroll(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The square unrolled, and how much of it is made up: right of its middle the photo shows it
    NARROW, and worse and worse."""
    y, x = np.meshgrid(*(np.linspace(-HALF, HALF, CELLS),) * 2, indexing="ij")
    chart = np.stack([x, y], -1).reshape(-1, 2)
    column, row = chart.T
    at = np.column_stack([np.where(column > 0, column * NARROW, column), row]) + SIDE / 2
    seen = np.clip((24 - column) / 12, 0, 1)
    doubt = np.clip((column - 12) / 8, 0, 1)
    rim = np.flatnonzero(np.abs(chart).max(1) == HALF)
    oval = rim[np.arctan2(chart[rim, 1], chart[rim, 0]).argsort()].astype(np.int32)
    values = np.column_stack([at, seen, doubt, np.where(row < FOREHEAD, 1.0, 0.0)])
    place, flat, made_up = unrolled_face(chart, values, picture, oval)
    column0, row0 = ((place - chart)[0] - HALF).astype(int)
    square = np.s_[row0 : row0 + SIDE // 2, column0 : column0 + SIDE // 2]
    return flat[square], made_up[square]


def photo() -> np.ndarray:
    """Light on the left, shade from the middle on; a mole left, a scar right next to the middle."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2 + 0.5
    grey = np.where(x < 0, LIT, SHADED)
    grey[np.hypot(x - MOLE[0], y - MOLE[1]) < 4] *= 0.5
    grey[(np.abs(x - 2) < 1) & (np.abs(y + 30) < 6)] *= 0.5
    return np.dstack([grey] * 3 + [np.full_like(grey, 255)]).astype(np.uint8)


def grey_at(unrolled: np.ndarray, x: float, y: float) -> float:
    row, column = int(y + HALF), int(x + HALF)
    return float(unrolled[row - 1 : row + 2, column - 1 : column + 2, :3].mean())


def test_the_hidden_half_has_the_mole_of_the_other(unrolled: np.ndarray) -> None:
    beside = grey_at(unrolled, -MOLE[0], MOLE[1] + 15)
    assert grey_at(unrolled, -MOLE[0], MOLE[1]) < 0.7 * beside


def test_its_light_is_that_of_its_own_side(unrolled: np.ndarray) -> None:
    far = [grey_at(unrolled, x, -10) for x in (26, 34, 42)]
    np.testing.assert_allclose(far, SHADED, atol=15)


def test_what_is_seen_well_stays(unrolled: np.ndarray) -> None:
    assert not unrolled[:, : int(HALF) + 8, 3].any()
    assert grey_at(unrolled, 8, -30) < 0.7 * SHADED
    assert grey_at(unrolled, MOLE[0], MOLE[1]) < 0.7 * LIT
    assert (unrolled[40:80, 90:105, 3] == 255).all()


def test_it_ends_softly_at_a_hairline_and_in_a_line_at_a_cheek(unrolled: np.ndarray) -> None:
    forehead, cheek = (unrolled[rows, -2:, 3].mean() for rows in (slice(5, 12), slice(50, 70)))
    assert forehead < 0.5 * 255 and cheek > 0.9 * 255


def test_hair_over_the_hidden_half_does_not_darken_its_skin() -> None:
    haired = photo()
    haired[60:180, SIDE // 2 + 4 : SIDE // 2 + 9, :3] = 25
    far = [grey_at(unroll(haired)[0], x, -10) for x in (30, 40, 50)]
    np.testing.assert_allclose(far, SHADED, atol=12)


def test_the_hidden_outline_is_made_up_to_its_end() -> None:
    _, made_up = unroll(photo())
    np.testing.assert_allclose(made_up[40:80, 100:], 1, atol=0.01)
    assert not made_up[40:80, :60].any()


def test_places_behind_a_brow_are_moved_clear_of_it() -> None:
    """Of a square face whose right edge is folded under."""
    y, x = np.meshgrid(np.linspace(60, 180, 9), np.linspace(60, 180, 9), indexing="ij")
    folded = np.where(x > 165, 330 - x, x)
    face = np.stack([folded, y], -1).reshape(-1, 2)
    index = np.arange(81).reshape(9, 9)
    rim = np.concatenate([index[0], index[1:, -1], index[-1, -2::-1], index[-2:0, 0]])
    places = face[rim]
    moved = clear_of_face(places, face, grid(9, 9), places, SIDE)
    behind = (places[:, 0] > 149) & (np.abs(places[:, 1] - 120) < 40)
    assert (moved[behind, 0] > 165).all()
    np.testing.assert_array_equal(moved[places[:, 0] < 100], places[places[:, 0] < 100])
