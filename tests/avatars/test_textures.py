import cv2
import numpy as np
import pytest

from avatar_serving.avatars.backdrop import background
from avatar_serving.avatars.textures import (
    cut_out,
    fill,
    grown,
    largest,
    polygon_mask,
    shrunk,
    softened,
    to_pixels,
)


def test_fill_keeps_the_known_and_continues_it() -> None:
    picture = np.full((32, 32, 3), 80, np.float32)
    picture[:, 16:] = 160
    known = np.ones((32, 32), np.float32)
    known[10:20, 4:12] = 0
    broken = picture.copy()
    broken[known == 0] = 255
    filled = fill(broken, known)
    np.testing.assert_allclose(filled[known == 1], picture[known == 1], atol=1e-3)
    assert np.abs(filled[14, 5] - 80).max() < 40


def person() -> tuple[np.ndarray, np.ndarray]:
    """A dark disc with a soft edge before a light wall."""
    y, x = np.mgrid[:64, :64]
    matte = np.clip((20 - np.hypot(x - 32, y - 32)) / 4 + 0.5, 0, 1).astype(np.float32)
    wall, skin = np.full(3, 200.0), np.full(3, 40.0)
    picture = skin * matte[..., None] + wall * (1 - matte[..., None])
    return picture.round().astype(np.uint8), matte


def test_behind_the_person_is_only_background() -> None:
    picture, matte = person()
    behind = background(picture, matte)
    assert behind.min() > 180


def test_layers_give_the_picture_back_and_edges_are_the_persons_own() -> None:
    picture, matte = person()
    behind = background(picture, matte)
    cut = cut_out(picture, matte, behind).astype(np.float32)
    alpha = cut[..., 3:] / 255
    shown = cut[..., :3] * alpha + behind * (1 - alpha)
    assert np.abs(shown - picture).mean() < 2
    edge = (matte > 0.5) & (matte < 0.9)
    assert cut[..., :3][edge].max() < 80


def test_pixels_and_polygons() -> None:
    square = np.array([[-0.25, 0.25], [0.25, 0.25], [0.25, -0.25], [-0.25, -0.25]])
    pixels = to_pixels(square, 40)
    np.testing.assert_allclose(pixels[0], [10, 10])
    mask = polygon_mask(pixels, 40)
    assert mask[20, 20] and not mask[5, 20]
    assert abs(int(mask.sum()) - 400) <= 60


def test_a_gap_between_two_tones_begins_with_each_of_them() -> None:
    """And not with a mean of both, which would be a rim around whoever was cut out."""
    picture = np.full((96, 96, 3), 40, np.float32)
    picture[:, 48:] = 220
    known = np.ones((96, 96), np.float32)
    known[24:72, 16:80] = 0
    filled = fill(picture, known)
    assert np.abs(filled[40:56, 16:18] - 40).max() < 12
    assert np.abs(filled[40:56, 78:80] - 220).max() < 12


def test_what_is_known_in_one_corner_alone_fills_the_whole_picture() -> None:
    known = np.zeros((64, 48), np.float32)
    known[50:, 40:] = 1
    filled = fill(np.full((64, 48, 3), 200, np.float32) * known[..., None], known)
    np.testing.assert_allclose(filled, 200, atol=0.01)


@pytest.mark.parametrize("pixels", [5, 12, 13, 20])
def test_masks_grow_and_shrink_by_so_many_pixels(pixels: int) -> None:
    disc = np.hypot(*(np.mgrid[:128, :128] - 64)) < 30
    assert abs(np.sqrt(grown(disc, pixels).sum() / np.pi) - 30 - pixels) < 1
    assert abs(np.sqrt(shrunk(disc, pixels).sum() / np.pi) - 30 + pixels) < 1


@pytest.mark.parametrize("pixels", [5, 20])
def test_nothing_grows_to_nothing_and_all_shrinks_to_all(pixels: int) -> None:
    all_of_it = np.ones((64, 64), bool)
    assert not grown(~all_of_it, pixels).any() and shrunk(all_of_it, pixels).all()


@pytest.mark.parametrize("sigma", [3.0, 13.0, 60.0])
def test_a_wide_blur_made_in_a_smaller_picture_is_that_of_the_whole(sigma: float) -> None:
    noise = np.random.default_rng(4).uniform(0, 255, (300, 340, 3))
    picture = (noise * (np.arange(340) > 120)[:, None]).astype(np.float32)
    exact = cv2.GaussianBlur(picture, (0, 0), sigma)
    assert np.abs(softened(picture, sigma) - exact)[20:-20, 20:-20].max() < 3


def test_the_largest_channel() -> None:
    picture = np.random.default_rng(5).integers(0, 255, (4, 5, 3), np.uint8)
    assert (largest(picture) == picture.max(2)).all()
