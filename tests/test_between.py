"""Pictures between pictures."""

import numpy as np
import pytest

from avatar_serving.between import Flow, Flows, Picture, between, flows, warp


def blob(x: float, y: float, size: int = 96) -> Picture:
    """A textured disc on a textured ground that stays where it is."""
    rows, columns = np.indices((size, size))
    ground = 90 + 30 * np.sin(columns / 5.0) * np.cos(rows / 6.0)
    inside = 1 / (1 + np.exp(np.hypot(columns - x, rows - y) - 18))
    disc = 190 + 40 * np.sin((columns - x) / 2.5) * np.cos((rows - y) / 3.0)
    grey = ground + inside * (disc - ground)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def slow_warp(picture: Picture, flow: Flow) -> np.ndarray:
    """Pixel by pixel, as the formula reads."""
    height, width = flow.shape[:2]
    out = np.zeros(picture.shape)
    for row in range(height):
        for column in range(width):
            x = min(max(column + float(flow[row, column, 0]), 0), width - 1)
            y = min(max(row + float(flow[row, column, 1]), 0), height - 1)
            x0, y0 = min(int(x), width - 2), min(int(y), height - 2)
            u, v = x - x0, y - y0
            a, b = picture[y0, x0].astype(float), picture[y0, x0 + 1].astype(float)
            c, d = picture[y0 + 1, x0].astype(float), picture[y0 + 1, x0 + 1].astype(float)
            out[row, column] = (1 - v) * ((1 - u) * a + u * b) + v * ((1 - u) * c + u * d)
    return out


def test_the_fast_warp_is_the_slow_one() -> None:
    flow = np.random.default_rng(1).normal(0, 4, (24, 20, 2)).astype(np.float32)
    picture = blob(12, 10)[:24, :20]
    assert np.abs(warp(picture, flow) - slow_warp(picture, flow)).max() < 2.5, "1/32 of a pixel"


def test_the_ends_are_the_pictures_themselves() -> None:
    first, second = blob(40, 48), blob(48, 48)
    known = flows(first, second)
    assert (between(first, second, 0.0, known) == first).all()
    assert (between(first, second, 1.0, known) == second).all()


def test_the_middle_is_halfway_and_not_a_double_exposure() -> None:
    first, second, truth = blob(40, 48), blob(50, 48), blob(45, 48).astype(float)
    made = between(first, second, 0.5).astype(float)
    mixed = (first.astype(float) + second) / 2
    inside = np.s_[25:71, 20:70]
    error = np.abs(made - truth)[inside].mean()
    assert error < 0.35 * np.abs(mixed - truth)[inside].mean()


def test_flow_is_measured_both_ways() -> None:
    found = flows(blob(40, 48), blob(44, 47))
    assert np.median(found.forward[40:56, 34:46, 0]) == pytest.approx(4, abs=0.6)
    assert np.median(found.backward[40:56, 38:50, 0]) == pytest.approx(-4, abs=0.6)
    assert np.median(found.forward[40:56, 34:46, 1]) == pytest.approx(-1, abs=0.6)


def test_the_formula() -> None:
    rng = np.random.default_rng(3)
    first, second = (rng.integers(0, 256, (16, 16, 3)).astype(np.uint8) for _ in range(2))
    there, back = (rng.normal(0, 1, (16, 16, 2)).astype(np.float32) for _ in range(2))
    made = between(first, second, 0.25, Flows(there, back)).astype(float)
    mixed = 0.75 * warp(first, 0.25 * back) + 0.25 * warp(second, 0.75 * there)
    assert np.abs(made - mixed).max() <= 0.5
