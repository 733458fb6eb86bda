"""A drawn head that turns draws nothing out and folds nothing away."""

import numpy as np
import pytest

from avatar_serving.avatars.outside import Outline, surround
from avatar_serving.drawings.turning import NECK_START, STEEPEST, axis, borne, drawn_depth

TURN = np.radians(15)
SIZE = 128


def an_outline() -> Outline:
    """An oval .4 x .5 whose chin lies before its sides."""
    turn = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    rim = np.stack([0.2 * np.sin(turn), 0.25 * np.cos(turn), 0.04 - 0.04 * np.cos(turn)], 1)
    return Outline(rim, rim[18])


def a_matte() -> np.ndarray:
    """Someone as wide as long hair, down to the lower edge."""
    matte = np.zeros((SIZE, SIZE), np.float32)
    matte[12:, 24:-24] = 1
    return matte


@pytest.mark.parametrize("way", [-1, 1])
def test_what_is_beside_a_face_keeps_its_shape(way: int) -> None:
    outline = an_outline()
    around = borne(surround(outline, a_matte(), None), outline, a_matte())
    points = np.concatenate([outline.rim, around.positions])
    head = np.concatenate([np.ones(len(outline.rim)), around.head])
    x, _, z = axis(outline)
    angle = way * TURN * head
    moved = x + np.cos(angle) * (points[:, 0] - x) + np.sin(angle) * (points[:, 2] - z)
    edges = np.concatenate([around.triangles[:, [0, 1]], around.triangles[:, [1, 2]]])
    level = np.abs(np.diff(points[edges, 1])[:, 0]) < 0.25 * np.abs(np.diff(points[edges, 0])[:, 0])
    above = points[edges, 1].min(1) > outline.chin[1] + NECK_START * outline.height
    before, after = (np.diff(one[edges[level & above]])[:, 0] for one in (points[:, 0], moved))
    assert (after / before).min() > 0.6
    assert (after / before).max() < 1.4


def test_hair_turns_on_the_spot_and_the_neck_leans() -> None:
    outline = an_outline()
    around = borne(surround(outline, a_matte(), None), outline, a_matte())
    points, shift = around.positions, np.sin(TURN * around.head)
    shift = shift * (points[:, 2] - axis(outline)[2])
    hair = (np.abs(points[:, 0]) > 0.27) & (points[:, 1] > -0.2)
    assert np.abs(shift[hair]).max() < 0.05 * outline.width
    neck = (np.abs(points[:, 0]) < 0.1) & (points[:, 1] < outline.chin[1])
    rows = [shift[neck & (points[:, 1] == y)].mean() for y in np.unique(points[neck, 1])]
    assert (np.diff(rows) >= 0).all(), "from the shoulders up it goes further and further"
    assert rows[0] == 0
    assert rows[-1] > 0.05 * outline.width


def test_depth_falls_away_gently() -> None:
    points = np.random.default_rng(1).uniform(size=(60, 2))
    depth = drawn_depth(points, np.random.default_rng(2).normal(size=60))
    apart = np.linalg.norm(points[:, None] - points[None], axis=-1)
    assert (np.abs(depth[:, None] - depth[None]) <= STEEPEST * apart + 1e-9).all()
