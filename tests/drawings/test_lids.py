"""A drawn lid and its picture."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from avatar_serving.avatars.lids import rim
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.avatars.strips import Strip
from avatar_serving.drawings.lids import ROWS, drawn_lid, shaded

BLINK = MORPHS.index("eyeBlinkRight")
RING, RADIUS, LASH = 32, 0.05, 0.01
SKIN = np.full((96, 64, 3), (240, 200, 180), np.float32)


def test_hair_above_an_eye_shades_its_lid_from_above() -> None:
    around = SKIN.copy()
    around[:8] = (120, 90, 90)
    lid = shaded(SKIN, around)
    assert lid[0, 32] == pytest.approx([120, 90, 90], abs=12)
    assert (np.diff(lid[:, 32, 0]) >= 0).all()
    assert lid[-1] == pytest.approx(SKIN[-1], abs=1)


def test_a_lid_in_the_open_keeps_the_colour_of_its_skin() -> None:
    assert shaded(SKIN, SKIN + 15) == pytest.approx(SKIN)


def test_a_line_that_ends_at_a_lid_casts_no_shade() -> None:
    around = SKIN.copy()
    around[:8, 30:36] = 40
    assert shaded(SKIN, around) == pytest.approx(SKIN)


def a_lid() -> Strip:
    """Of a round eye in level skin, whose upper half comes down onto its lower."""
    turn = np.linspace(np.pi, 3 * np.pi, RING, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], 1) * RADIUS
    around = np.stack(np.meshgrid([-0.2, -0.1, 0, 0.1, 0.2], [-0.2, -0.1, 0.1, 0.2]), -1)
    flat = np.concatenate([ring, around.reshape(-1, 2)])
    positions = np.column_stack([flat, np.zeros(len(flat))]).astype(np.float32)
    morphs = np.zeros((len(MORPHS), len(positions), 3), np.float32)
    morphs[BLINK, RING // 2 : RING, 1] = -2 * positions[RING // 2 : RING, 1]
    brow = tuple(range(RING + 15, RING + 20))
    mesh = Delaunay(flat).simplices.astype(np.int32)
    one = rim("eyeBlinkRight", np.arange(RING, dtype=np.int32), brow, positions, mesh)
    picture = np.full((200, 200, 3), 220, np.uint8)
    colours = np.full(3, 220.0), np.full(3, 30.0)
    return drawn_lid(
        one, positions, morphs, np.zeros(52), picture, colours, LASH, np.zeros((200, 200))
    )


def rows(lid: Strip, weight: float) -> np.ndarray:
    """(ROWS, columns, 3)."""
    return (lid.positions + weight * lid.morphs[BLINK]).reshape(ROWS, -1, 3)


def test_a_lid_is_behind_the_skin_until_the_eye_begins_to_shut() -> None:
    lid = a_lid()
    assert (rows(lid, 0)[..., 2] < 0).all()
    assert (rows(lid, 0.2)[..., 2] > 0).all()


def test_the_lash_line_is_as_thick_half_way_down_as_it_was_drawn() -> None:
    for weight in (0.2, 0.5):
        placed = rows(a_lid(), weight)
        middle = placed.shape[1] // 2
        thick = placed[-2, middle, 1] - placed[-1, middle, 1]
        assert thick == pytest.approx(LASH, rel=0.35)
