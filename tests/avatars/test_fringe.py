"""Shares of hair at a made-up hairline."""

import cv2
import numpy as np

from avatar_serving.avatars.fringe import are_told_apart, shares_of_hair

SIZE, LINE = 300, 150
SKIN, HAIR = np.array([210.0, 160, 130]), np.array([40.0, 30, 20])


def hairline(width: int) -> tuple[np.ndarray, np.ndarray]:
    """A picture of hair above LINE that thins out over *width* rows, and how much of each row it
    is."""
    share = np.clip((LINE + width - np.arange(SIZE)) / max(width, 1), 0, 1)
    picture = SKIN + (HAIR - SKIN) * share[:, None, None] * np.ones((1, SIZE, 1))
    return picture.astype(np.uint8), share


def told(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hair = np.zeros((SIZE, SIZE), bool)
    hair[:LINE] = True
    return shares_of_hair(picture, hair, ~hair, np.ones((SIZE, SIZE), bool))


def test_a_sharp_hairline_is_told_as_it_is() -> None:
    picture, share = hairline(0)
    found, skin = told(picture)
    np.testing.assert_allclose(found[:, SIZE // 2], share, atol=0.02)
    assert skin[LINE:].all() and not skin[:LINE].any()


def test_thinning_hair_is_part_of_what_is_below_it() -> None:
    picture, share = hairline(3)
    found, skin = told(picture)
    thin = (share > 0.2) & (share < 0.8)
    assert thin.any() and not skin[thin].any()
    assert (found[thin] > 0.15).all() and (found[thin] < 1).all()
    assert (found[LINE + 8 :] < 0.02).all()


def test_hair_like_skin_is_not_told_by_its_grain() -> None:
    picture = np.random.default_rng(1).normal(SKIN, 2, (SIZE, SIZE, 3)).astype(np.uint8)
    found, _ = told(picture)
    assert (found[LINE:] < 0.3).all()


def test_shine_that_comes_by_and_by_is_no_hair() -> None:
    """As that of a bald head, which differs as much from the cheeks."""
    hair = np.repeat(np.arange(SIZE)[:, None] < LINE, SIZE, 1)
    apart: list[bool] = []
    for width in (0, SIZE - LINE):
        light = (hairline(width)[0] / np.float32(255)).astype(np.float32)
        lab = np.asarray(cv2.cvtColor(light, cv2.COLOR_RGB2LAB), np.float32)
        apart.append(are_told_apart(lab, hair, ~hair))
    assert apart == [True, False]
