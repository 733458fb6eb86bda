import numpy as np
import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.faces.region import Region, cut
from avatar_serving.images import from_array
from avatar_serving.media import Look
from avatar_serving.stages.stylise.backdrop import change_background, check_background, colour_of
from avatar_serving.stages.stylise.canvas import mix
from avatar_serving.stages.stylise.restore import keep_coarse, paste


def half_and_half() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A red person (left, with a soft edge) before a green wall; the picture, matte and person."""
    matte = np.repeat(
        np.clip((60 - np.arange(120, dtype=np.float32)) / 12 + 0.5, 0, 1)[None], 90, 0
    )
    red, green = np.array([200, 30, 30.0]), np.array([20, 180, 40.0])
    picture = (matte[..., None] * red + (1 - matte[..., None]) * green).round().astype(np.uint8)
    return picture, matte.astype(np.float32), red


def test_keep_keeps_every_pixel() -> None:
    picture, matte, _ = half_and_half()
    assert change_background(picture, matte, Look(style="anime")) is picture


def test_a_colour_replaces_the_wall_without_a_green_rim() -> None:
    picture, matte, red = half_and_half()
    changed = change_background(picture, matte, Look(background="#0000ff")).astype(float)
    expected = matte[..., None] * red + (1 - matte[..., None]) * (0, 0, 255)
    assert np.abs(changed - expected).max() < 24
    assert np.abs(changed[:, 110:] - (0, 0, 255)).max() == 0
    assert np.abs(changed[:, :40] - red).max() <= 2


def test_blur_does_not_smear_the_person_into_the_wall() -> None:
    picture, matte, _ = half_and_half()
    changed = change_background(picture, matte, Look(background="blur"))
    assert np.abs(changed[:, 75:].astype(int) - (20, 180, 40)).max() <= 6


def test_a_picture_covers_whatever_its_shape() -> None:
    picture, matte, _ = half_and_half()
    for size in ((10, 400), (300, 20), (90, 120)):
        behind = from_array(np.full((*size, 3), 77, np.uint8))
        changed = change_background(picture, matte, Look(background_image=behind))
        assert changed.shape == picture.shape
        assert (changed[:, 110:] == 77).all()


@pytest.mark.parametrize("text", ["green", "#12345", "#1234567", "#gggggg", "#-12345", "image", ""])
def test_wrong_backgrounds_are_named(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_background(Look(background=text))
    assert caught.value.param == "look.background"


def test_colours() -> None:
    assert colour_of("#336699") == (0x33, 0x66, 0x99)


def test_mix() -> None:
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 200, np.uint8)
    assert (mix(black, white, 0.25) == 50).all()
    share = np.zeros((4, 4), np.float32)
    share[0] = 1
    assert mix(black, white, share)[0].min() == 200 and mix(black, white, share)[1:].max() == 0


def test_detail_is_added_and_colours_stay() -> None:
    rng = np.random.default_rng(0)
    photo = np.full((100, 100, 3), (180, 120, 100), np.uint8)
    noise = rng.integers(-20, 20, (100, 100, 1))
    tinted = np.clip(np.array((120, 140, 160)) + noise, 0, 255).astype(np.uint8)
    kept = keep_coarse(photo, tinted, sigma=8)
    assert np.abs(kept.mean((0, 1)) - (180, 120, 100)).max() < 2
    assert kept.std() > 8


@pytest.mark.parametrize("angle", [0.0, 0.5])
def test_paste_puts_back_what_was_cut(angle: float) -> None:
    y, x = np.mgrid[0:200, 0:300]
    image = np.stack([x * 0.8, y, 128 + 60 * np.sin(x / 20)], axis=-1).astype(np.uint8)
    region = Region(140, 100, 90, angle)
    again = paste(image, cut(image, region, 180), region)
    assert np.abs(again.astype(int) - image).max() <= 4
    changed = paste(image, np.zeros((180, 180, 3), np.uint8), region)
    assert changed[100, 140].max() == 0, "the middle is replaced"
    assert (changed[:20] == image[:20]).all(), "far away nothing is"
