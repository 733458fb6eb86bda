"""A flat face that smiled: a dark line runs down each side of it."""

import numpy as np
import pytest

from avatar_serving.avatars.folds import FOLDS, NEARER, REACH, build_folds
from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip
from avatar_serving.avatars.textures import Pixels

SMILE = 0.8
SIZE = 400
AT_X = {"mouthSmileRight": -0.1, "mouthSmileLeft": 0.1}


def _skin() -> tuple[Floats, Floats]:
    """Where the vertices are in the photo, and morphs in which a smile lifts them."""
    steps = np.linspace(-0.4, 0.4, 26)
    flat = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)[:468]
    for name, line in FOLDS:
        flat[list(line), 0], flat[list(line), 1] = AT_X[name], np.linspace(0.05, -0.1, len(line))
    photo = np.column_stack([flat, np.zeros(len(flat))])
    morphs = np.zeros((len(MORPHS), len(photo), 3))
    for name, _ in FOLDS:
        morphs[MORPHS.index(name), :, 1] = 0.05
    return photo, morphs


def _picture() -> Pixels:
    picture = np.full((SIZE, SIZE, 3), 180, np.uint8)
    for x in AT_X.values():
        column = round((x + 0.5) * SIZE)
        picture[:, column - 2 : column + 2] = 90
    return picture


def _folds(smile: float = SMILE) -> list[Strip]:
    photo, morphs = _skin()
    rest = np.array([smile if name in AT_X else 0.0 for name in MORPHS[:52]])
    positions = photo - np.einsum("s,snd->nd", rest, morphs[:52])
    return build_folds(positions, morphs, _picture(), photo, rest)


def test_a_face_that_did_not_smile_has_no_folds_to_soften() -> None:
    assert _folds(0.2) == []


@pytest.mark.parametrize("side", [0, 1])
def test_a_ribbon_over_the_fold_is_drawn_aside_by_a_smile_and_in_the_photo(side: int) -> None:
    fold = _folds()[side]
    assert np.ptp(fold.positions[:, 0]) == pytest.approx(2 * REACH * 0.8, rel=0.05)
    assert fold.positions[:, 2] == pytest.approx(NEARER)
    smile, photo = (fold.morphs[MORPHS.index(name)] for name in (FOLDS[side][0], "photo"))
    for gone in (fold.positions + smile, fold.positions + SMILE * smile + photo):
        assert np.ptp(gone[:, 0]) == pytest.approx(0, abs=1e-6)
        assert abs(gone[0, 0]) > 0.1 + 0.9 * REACH * 0.8 and gone[:, 2].max() < 0


def test_its_picture_is_the_skin_without_the_line() -> None:
    for fold in _folds():
        middle = fold.picture[:, fold.picture.shape[1] // 2]
        assert middle[:, :3].min() > 160
        assert fold.picture[0, :, 3].max() < 10
        assert fold.picture[:, 0, 3].max() < 10 < middle[:, 3].max() < 200


def test_ribbons_look_at_the_viewer() -> None:
    for fold in _folds():
        a, b, c = fold.positions[fold.triangles].transpose(1, 0, 2)
        assert (np.cross(b - a, c - a)[:, 2] > 0).all()
