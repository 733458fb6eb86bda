import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving.faces import matte
from avatar_serving.faces.litert import Floats


@pytest.mark.weights
def test_person_is_in_and_the_wall_is_out(astronaut: NDArray[np.uint8]) -> None:
    mask = matte.person_matte(astronaut)
    assert mask.shape == (512, 512) and mask.dtype == np.float32
    assert mask.min() == 0 and mask.max() == 1
    assert mask[80:160, 195:250].min() > 0.98, "face"
    assert mask[300:400, 120:200].min() > 0.95, "chest"
    assert mask[20:150, 330:].max() < 0.05, "wall"


@pytest.mark.weights
def test_edge_follows_the_hair(astronaut: NDArray[np.uint8]) -> None:
    """Left of the head: hair (dark) is in, the pale wall beside it out."""
    row = matte.person_matte(astronaut)[90, 130:200]
    inside = np.flatnonzero(row > 0.5)[0] + 130
    assert 148 <= inside <= 160


@pytest.mark.weights
@pytest.mark.parametrize("shape", [(40, 30), (1, 1), (1500, 900)])
def test_any_size(shape: tuple[int, int]) -> None:
    assert matte.person_matte(np.full((*shape, 3), 90, np.uint8)).shape == shape


def test_edge_model_reproduces_a_mask_that_colour_explains() -> None:
    rng = np.random.default_rng(0)
    inside = np.zeros((64, 64), bool)
    inside[20:50, 10:40] = True
    guide = np.where(inside[..., None], (0.9, 0.3, 0.2), (0.1, 0.5, 0.6)).astype(np.float32)
    guide += rng.normal(0, 0.01, guide.shape).astype(np.float32)
    rough = np.roll(inside, 2, axis=1).astype(np.float32)
    slope, base = matte._edge_model(guide, rough, radius=6)
    refined: Floats = np.einsum("ijk,ijk->ij", slope, guide) + base
    assert ((refined > 0.5) != inside).mean() < ((rough > 0.5) != inside).mean() / 10


def test_islands_are_dropped_and_the_person_kept() -> None:
    mask = np.zeros((100, 100), np.float32)
    mask[20:90, 20:60] = 1
    mask[5:10, 90:95] = 1
    kept = matte._without_islands(mask)
    assert kept[5:10, 90:95].max() == 0
    assert (kept[20:90, 20:60] == 1).all()


@pytest.mark.weights
def test_equal_pictures_have_equal_mattes(astronaut: NDArray[np.uint8]) -> None:
    assert (matte.person_matte(astronaut) == matte.person_matte(astronaut)).all()


def test_colour_settles_what_is_unsure() -> None:
    """A red person on blue: the network is unsure of a red ear and of a blue gap."""
    image = np.zeros((100, 100, 3), np.uint8) + np.array((30, 40, 200), np.uint8)
    mask = np.zeros((100, 100), np.float32)
    image[20:, 30:70], mask[20:, 30:70] = (200, 40, 40), 1
    image[40:50, 70:78], mask[40:50, 70:78] = (200, 40, 40), 0.4
    mask[40:50, 22:30] = 0.6
    settled = matte._settle_by_colour(image, mask)
    assert settled[43:47, 72:76].min() > 0.7
    assert settled[43:47, 24:28].max() < 0.3


def test_a_mask_without_doubt_stays() -> None:
    mask = np.zeros((50, 50), np.float32)
    mask[10:40, 10:40] = 1
    image = np.zeros((50, 50, 3), np.uint8)
    assert (matte._settle_by_colour(image, mask) == mask).all()
