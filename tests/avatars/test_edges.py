"""Outlines: the compiled way and the plain one give the same, and nothing else changes."""

import numpy as np

from avatar_serving.avatars.edges import soften


def plainly(depth: np.ndarray, jump: float, seen: np.ndarray) -> np.ndarray:
    around = [np.roll(depth, (dy, dx), (0, 1)) for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0))]
    outline = np.max([np.abs(one - depth) for one in around], 0) > jump
    outline[[0, -1]] = outline[:, [0, -1]] = False
    wide = seen.astype(int)
    total = sum(np.roll(wide, way, (0, 1)) for way in ((0, 1), (0, -1), (1, 0), (-1, 0)))
    return np.where(outline[..., None], (4 * wide + total + 4) >> 3, wide).astype(np.uint8)


def test_compiled_and_plain_are_equal() -> None:
    chance = np.random.default_rng(0)
    depth = np.where(chance.random((24, 31)) < 0.2, -1e9, chance.random((24, 31)) * 20)
    picture = chance.integers(0, 256, (24, 31, 3)).astype(np.uint8)
    depth, out = depth.astype(np.float32), picture.copy()
    soften(depth, np.float32(10), out)
    np.testing.assert_array_equal(out, plainly(depth, 10, picture))


def test_a_stair_at_an_outline_gets_steps_between_and_a_texture_stays_sharp() -> None:
    y, x = np.mgrid[:20, :20]
    before = x > y // 2 + 5
    depth = np.where(before, 50, -1e9).astype(np.float32)
    picture = np.where(before, 200, 40).astype(np.uint8)
    picture[before & (x % 2 == 0) & (x > 17)] = 0
    out = np.repeat(picture[..., None], 3, 2)
    soften(depth, np.float32(10), out)
    assert len(np.unique(out[5:15, 5:14])) > 3
    np.testing.assert_array_equal(out[1:10, 15:], np.repeat(picture[1:10, 15:, None], 3, 2))
