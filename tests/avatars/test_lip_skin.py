"""A flat face with a grin: pink lips with a white shine on them around white teeth."""

import numpy as np
import pytest

from avatar_serving.avatars.lip_skin import BACK, NEARER, OVERLAP, ROWS, build_lips
from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip
from avatar_serving.avatars.surface import POINTS, face_surface
from avatar_serving.avatars.textures import Pixels
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER

SIZE = 400
LIP, SHINE = (170, 90, 90), (250, 240, 240)


def _photo() -> Floats:
    """(n, 3): the mean face, with its mouth drawn open."""
    face = canonical_mesh()[0] * 0.04
    face[:, 2] = 0
    outer, inner = face[list(LIPS_OUTER)], face[list(LIPS_INNER)]
    face[list(LIPS_INNER)] = inner + (outer - inner) * 0.3
    return np.asarray(face_surface().refine @ face)


def _picture(photo: Floats) -> Pixels:
    picture = np.full((SIZE, SIZE, 3), LIP, np.uint8)
    x, y = ((photo[17, :2] + photo[14, :2]) / 2 * (1, -1) + 0.5) * SIZE
    picture[int(y) - 1 : int(y) + 2, int(x) - 3 : int(x) + 4] = SHINE
    return picture


@pytest.fixture(scope="module")
def lips() -> list[Strip]:
    photo = _photo()
    morphs = np.zeros((len(MORPHS), len(photo), 3))
    morphs[MORPHS.index("jawOpen"), :POINTS, 1] = -0.01
    return build_lips(photo, morphs, _picture(photo), photo)


def test_lips_lie_just_before_the_skin_and_in_the_photo_behind_it(lips: list[Strip]) -> None:
    for lip in lips:
        assert lip.positions[:, 2] == pytest.approx(NEARER)
        assert lip.positions[:, 2] + lip.morphs[-1][:, 2] == pytest.approx(-BACK)


def test_they_end_at_the_seam_and_the_upper_reaches_over_it(lips: list[Strip]) -> None:
    upper, lower = (lip.positions.reshape(ROWS, -1, 3) for lip in lips)
    photo = _photo()
    middle = upper.shape[1] // 2
    assert upper[-1, middle, 1] == pytest.approx(photo[13, 1] - OVERLAP, abs=1e-5)
    assert lower[-1, middle, 1] == pytest.approx(photo[14, 1], abs=1e-5)
    assert upper[0, middle, 1] > photo[0, 1] and lower[0, middle, 1] < photo[17, 1]


def test_they_look_at_the_viewer(lips: list[Strip]) -> None:
    for lip in lips:
        a, b, c = (lip.positions[lip.triangles[:, k], :2] for k in range(3))
        area = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0]
        assert area.min() > -1e-7 and area.mean() > 0


def test_they_move_with_the_skin(lips: list[Strip]) -> None:
    for lip in lips:
        moved = lip.morphs[MORPHS.index("jawOpen")].reshape(ROWS, -1, 3)
        assert moved[-1, ::2, 1] == pytest.approx(-0.01)


def test_the_shine_is_gone_and_the_seam_is_dark(lips: list[Strip]) -> None:
    for lip in lips:
        colour = lip.picture[:, lip.picture.shape[1] // 4 : -lip.picture.shape[1] // 4, :3]
        assert colour.max() < 1.3 * max(LIP)
        assert colour[-1].mean() < 0.75 * np.mean(LIP)
