"""A plain face, with and without a dark bar across its nose."""

import numpy as np
import pytest

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.glasses import BETWEEN_BROWS, FALL, MIDDLE_OF_NOSE, RISE, held, worn
from avatar_serving.avatars.rig import Floats
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import FOREHEAD, LEFT_BROW, RIGHT_BROW
from avatar_serving.media import ARKIT

SIZE, SCALE = 512, 0.04
BROWS = [name.startswith("brow") for name in ARKIT]


@pytest.fixture
def face() -> Floats:
    return canonical_mesh()[0] * SCALE


def _nose(face: Floats, half_width_px: int, shade: int) -> np.ndarray:
    """Skin, with a bar of this half width over the nose."""
    picture = np.full((SIZE, SIZE, 3), (200, 160, 140), np.uint8)
    x, y = (face[[BETWEEN_BROWS, MIDDLE_OF_NOSE], :2].mean(0) * (1, -1) + 0.5) * SIZE
    picture[int(y) - 5 : int(y) + 5, int(x) - half_width_px : int(x) + half_width_px] = shade
    return picture


def test_a_bar_across_the_nose_is_a_frame(face: Floats) -> None:
    assert worn(_nose(face, 60, 30), face)


def test_what_does_not_reach_across_is_none(face: Floats) -> None:
    assert not worn(_nose(face, 4, 30), face)
    assert not worn(_nose(face, 60, 150), face)


def test_brows_move_the_forehead_but_not_the_frame(face: Floats) -> None:
    shapes = np.full((52, 468, 3), 0.01, np.float32)
    fitted = Fit(face, shapes, np.zeros(52, np.float32), SCALE, np.eye(3), np.zeros(3))
    moved = held(fitted).shapes
    assert not moved[BROWS][:, [*RIGHT_BROW, *LEFT_BROW]].any()
    assert moved[ARKIT.index("browInnerUp"), FOREHEAD] == pytest.approx(0.01 * RISE)
    assert moved[ARKIT.index("browDownLeft"), FOREHEAD] == pytest.approx(0.01 * FALL)
    others = [not brow for brow in BROWS]
    assert moved[others] == pytest.approx(shapes[others])
