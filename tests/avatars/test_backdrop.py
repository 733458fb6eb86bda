import numpy as np

from avatar_serving.avatars.backdrop import background

SIZE = 256


def disc(radius: float) -> np.ndarray:
    y, x = np.mgrid[:SIZE, :SIZE]
    return np.clip(radius - np.hypot(x - SIZE / 2, y - SIZE / 2), 0, 1).astype(np.float32)


def curtain() -> np.ndarray:
    folds = 128 + 90 * np.sin(np.arange(SIZE) * 2 * np.pi / 16)
    return np.repeat(folds[None, :, None], SIZE, 0).repeat(3, 2).astype(np.uint8)


def before(wall: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A red person before a wall."""
    matte = disc(50)[..., None]
    picture = wall * (1 - matte) + np.array([250, 20, 20]) * matte
    return picture.astype(np.uint8), matte[..., 0]


def test_a_curtain_goes_on_behind_the_person() -> None:
    picture, matte = before(curtain())
    behind = background(picture, matte).astype(int)
    inside = behind[88:168, 88:168]
    assert np.abs(inside - curtain()[88:168, 88:168]).mean() < 45
    assert inside.std(1).mean() > 40, "folds, not an even tone"
    np.testing.assert_array_equal(behind[:40], picture[:40])


def test_the_same_picture_gives_the_same_background() -> None:
    picture, matte = before(curtain())
    np.testing.assert_array_equal(background(picture, matte), background(picture, matte))


def test_a_plain_wall_stays_plain_and_loses_loose_hair() -> None:
    wall = np.full((SIZE, SIZE, 3), 180, np.uint8)
    picture, matte = before(wall)
    picture[128, 178:180] = 20
    behind = background(picture, matte).astype(int)
    assert np.abs(behind - 180).max() <= 8


def test_where_hardly_anything_is_known_it_is_filled_smoothly() -> None:
    picture, _ = before(curtain())
    everything = np.ones((SIZE, SIZE), np.float32)
    everything[:3] = 0
    assert background(picture, everything).shape == picture.shape


def test_whom_the_pictures_edge_cuts_is_kept_next_to_it() -> None:
    """What moves in from beyond the edge looks like what is there, and not like the wall."""
    size = 128
    picture = np.full((size, size, 3), (90, 120, 160), np.uint8)
    picture[:100, 40:88] = (200, 150, 120)
    matte = np.zeros((size, size), np.float32)
    matte[:100, 40:88] = 1
    behind = background(picture, matte).astype(int)
    assert np.abs(behind[:12, 50:78] - (200, 150, 120)).max() < 4
    assert np.abs(behind[60:90, 50:78] - (90, 120, 160)).max() < 12
