"""The picture of a drawn lid."""

import numpy as np
import pytest

from avatar_serving.drawings.lids import shaded

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
