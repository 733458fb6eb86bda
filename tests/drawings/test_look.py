"""Drawings are told from photos: flat skin from grain, line art from what was too bright."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from avatar_serving.drawings.colours import colours
from avatar_serving.drawings.look import MOST_ABOVE, MOST_FLAT, flat_shares, is_line_art
from tests.drawings.pictures import Style, crop_of, drawing

WHITE = (255, 255, 255)
LINES = Style(skin=WHITE, hair=WHITE, iris=(40, 40, 40), fringe=False)


def seen_as_line_art(picture: np.ndarray) -> bool:
    crop = crop_of(picture)
    return is_line_art(crop, colours(crop))


@pytest.mark.parametrize("mouth", ["line", "cat", "open"])
def test_dark_lines_on_white_are_line_art(mouth: str) -> None:
    assert seen_as_line_art(drawing(replace(LINES, mouth=mouth)))


def test_paper_need_not_be_pure_white() -> None:
    assert seen_as_line_art((drawing(LINES) * 0.97).astype(np.uint8))


def test_white_that_fades_is_light() -> None:
    soft = cv2.GaussianBlur(drawing(LINES), (0, 0), 25).astype(np.float32)
    assert not seen_as_line_art(np.clip(soft * 1.15, 0, 255).astype(np.uint8))


def test_coloured_skin_is_no_line_art() -> None:
    assert not seen_as_line_art(drawing(Style()))


def shares(picture: np.ndarray) -> tuple[float, float]:
    crop = crop_of(picture)
    return flat_shares(crop, colours(crop))


def test_skin_of_one_colour_is_flat_above_and_below() -> None:
    below, above = shares(drawing(Style()))
    assert below > MOST_FLAT and above > MOST_ABOVE


def test_a_fringe_down_to_the_lashes_leaves_the_skin_below_flat() -> None:
    picture = drawing(Style())
    strands = np.random.default_rng(0).integers(0, 90, (1, picture.shape[1], 3))
    picture[: len(picture) // 2] = strands + 60
    below, above = shares(picture)
    assert below > MOST_FLAT and above < MOST_ABOVE


def test_grain_is_of_a_photo() -> None:
    grain = np.random.default_rng(0).normal(0, 12, drawing(Style()).shape)
    assert shares(np.clip(drawing(Style()) + grain, 0, 255).astype(np.uint8))[0] < MOST_FLAT
