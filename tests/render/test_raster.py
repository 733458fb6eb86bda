"""The compiled renderer and the slow one draw the same."""

import numpy as np
import pytest

from avatar_serving.avatars import raster
from tests.render import reference

SIZE = 48


def scene(seed: int) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    points = chance.uniform(-8, SIZE + 8, (30, 3)).astype(np.float32)
    triangles = chance.integers(0, 30, (25, 3)).astype(np.int32)
    return points, triangles


def canvases() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    out = np.full((SIZE, SIZE, 3), 90, np.uint8)
    depth = np.full((SIZE, SIZE), raster.FARTHEST, np.float32)
    return out, depth, out.copy(), reference.fresh_depth(SIZE)


def assert_alike(fast: np.ndarray, slow: np.ndarray) -> None:
    """Pixel centres that lie on an edge may fall to either side, and shades round differently."""
    differs = np.abs(fast.astype(int) - slow.astype(int)).max(-1) > 3
    assert differs.mean() < 0.01


@pytest.mark.parametrize("seed", range(4))
def test_coloured_triangles(seed: int) -> None:
    points, triangles = scene(seed)
    colours = np.random.default_rng(seed).uniform(0, 255, (30, 3)).astype(np.float32)
    fast, depth, slow, slow_depth = canvases()
    raster.draw_coloured(points, triangles, colours, depth, fast)
    reference.draw_coloured(points.astype(float), triangles, colours, slow_depth, slow)
    assert (fast != 90).any()
    assert_alike(fast, slow)


@pytest.mark.parametrize("seed", range(4))
def test_textured_triangles_with_alpha(seed: int) -> None:
    points, triangles = scene(seed)
    chance = np.random.default_rng(seed)
    uv = chance.uniform(-2, 34, (30, 2)).astype(np.float32)
    y, x = np.mgrid[:32, :32]
    texture = np.stack([x * 8, y * 8, 255 - x * 8, np.clip(y * 16 - 60, 0, 255)], -1).astype(
        np.uint8
    )
    fast, depth, slow, slow_depth = canvases()
    raster.draw_textured(points, triangles, uv, texture, depth, fast)
    reference.draw_textured(points.astype(float), triangles, uv, texture, slow_depth, slow)
    assert (fast != 90).any()
    assert_alike(fast, slow)


def test_nearer_hides_farther_whatever_the_order() -> None:
    corners = np.array([[0, 0], [48, 0], [0, 48]], np.float32)
    near = np.column_stack([corners, np.full(3, 1)])
    far = np.column_stack([corners, np.full(3, 0)])
    points = np.concatenate([near, far]).astype(np.float32)
    colours = np.repeat(np.array([[200, 0, 0], [0, 200, 0]], np.float32), 3, 0)
    for order in ([[0, 1, 2], [3, 4, 5]], [[3, 4, 5], [0, 1, 2]]):
        out, depth, _, _ = canvases()
        raster.draw_coloured(points, np.array(order, np.int32), colours, depth, out)
        assert tuple(out[5, 5]) == (200, 0, 0)


def test_adjoining_triangles_leave_no_gap() -> None:
    points = np.array([[3.3, 4.1, 0], [40.7, 6.2, 0], [38.4, 41.9, 0], [5.5, 39.6, 0]], np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    out, depth, _, _ = canvases()
    raster.draw_coloured(points, triangles, np.full((4, 3), 255, np.float32), depth, out)
    assert (out[8:36, 8:36] == 255).all()


def test_degenerate_and_distant_triangles_are_left_out() -> None:
    points = np.array([[1, 1, 0], [1, 1, 0], [30, 30, 0], [1e6, 1e6, 0], [2e6, 1e6, 0]], np.float32)
    triangles = np.array([[0, 1, 2], [2, 2, 2], [3, 4, 4], [2, 3, 4]], np.int32)
    out, depth, _, _ = canvases()
    raster.draw_coloured(points, triangles, np.full((5, 3), 255, np.float32), depth, out)
    assert out.shape == (SIZE, SIZE, 3)
