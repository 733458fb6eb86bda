"""What is inside a head stays behind the skin that passes before it."""

from dataclasses import replace

import numpy as np
import pytest

from avatar_serving.avatars.rig import MORPHS, Part
from avatar_serving.avatars.tuck import BEHIND, tucked

PIVOT = (0.0, 0.0, 0.0)
LIP, CHIN = 0.2, 0.1
"""How near the two are: the chin recedes."""


def still(positions: np.ndarray) -> Part:
    count = len(positions)
    return Part(
        positions=positions.astype(np.float32),
        morphs=np.zeros((len(MORPHS), count, 3), np.float32),
        triangles=np.arange(count, dtype=np.int32).reshape(-1, 3),
        head=np.ones(count, np.float32),
        uv=np.full((count, 2), 0.5, np.float32),
        texture=np.full((4, 4, 4), 200, np.uint8),
    )


def square(bottom: float, depth: float) -> np.ndarray:
    """(6, 3): two triangles, 0.4 wide and 0.2 high."""
    corners = [(-0.2, 0), (0.2, 0), (0.2, 0.2), (-0.2, 0), (0.2, 0.2), (-0.2, 0.2)]
    return np.array([(x, bottom + y, depth) for x, y in corners])


FACE = still(np.concatenate([square(0, LIP), square(-0.2, CHIN)]))
TOOTH = still(np.array([(0, 0.1, 0.15), (0.01, 0.1, 0.15), (0, 0.11, 0.15)]))


def test_what_is_behind_the_skin_stays_where_it_is() -> None:
    (kept,) = tucked((TOOTH,), FACE, PIVOT)
    assert kept.positions == pytest.approx(TOOTH.positions)


def test_what_would_be_seen_through_it_moves_straight_back() -> None:
    near = replace(TOOTH, positions=TOOTH.positions + np.array([0, 0, 0.1], np.float32))
    (moved,) = tucked((near,), FACE, PIVOT)
    assert moved.positions[:, :2] == pytest.approx(TOOTH.positions[:, :2])
    assert moved.positions[:, 2] == pytest.approx(LIP - BEHIND, abs=1e-4)


def test_a_chin_that_is_lifted_before_a_tooth_hides_it_even_if_it_comes_nearer() -> None:
    """Players that sort by where things are at rest draw the chin before what is nearer there."""
    shrug = FACE.morphs.copy()
    shrug[MORPHS.index("mouthShrugLower"), :, 1] = 0.2
    shrug[MORPHS.index("mouthShrugLower"), :, 2] = 0.1
    (moved,) = tucked((TOOTH,), replace(FACE, morphs=shrug), PIVOT)
    assert moved.positions[:, 2] == pytest.approx(CHIN - BEHIND, abs=1e-4)
