"""What a picture shows around the square goes with the avatar, and into films that are wider."""

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving.avatars import package, scene
from avatar_serving.avatars.crop import Square
from avatar_serving.avatars.pictures import encode_webp
from avatar_serving.avatars.plain import plain_package
from avatar_serving.errors import PackageInvalid
from avatar_serving.film.backdrop import Backdrop, compositor_of
from avatar_serving.film.framing import framed
from avatar_serving.media import Image, VideoFrame
from tests.avatars.pictures import colourful

WIDTH, HEIGHT, SIDE = 1000, 500, 400


def slope(width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Red rises to the right, green downwards."""
    down, right = np.mgrid[:height, :width]
    red, green = 255 * right / width, 255 * down / height
    return np.stack([red, green, np.full_like(red, 60)], -1).astype(np.uint8)


def with_scene(x: int, y: int, picture: NDArray[np.uint8] | None = None) -> bytes:
    """A package whose square begins at *x*, *y* of a picture like `slope`."""
    opened = package.read(plain_package(colourful()))
    changes = {
        "source": opened.manifest.source.model_copy(update={"width": WIDTH, "height": HEIGHT}),
        "crop": opened.manifest.crop.model_copy(update={"x": x, "y": y, "size": SIDE}),
    }
    content = encode_webp(slope() if picture is None else picture)
    files = {**opened.files, scene.FILE: content}
    return package.write(opened.manifest.model_copy(update=changes), files)


def frame(side: int, height: int) -> VideoFrame:
    return VideoFrame(0.0, Image(bytes(3 * side * height), side, height))


def test_a_picture_that_shows_no_more_has_none() -> None:
    assert scene.scene_of(slope(420, 400), Square(5, 0, 400)) is None
    assert scene.scene_of(slope(500, 400), Square(50, 0, 400)) is not None
    large = scene.scene_of(slope(2000, 1000), Square(500, 0, 1000))
    assert large is not None and large.shape == (640, 1280, 3)


def test_a_wide_film_shows_what_is_beside_the_square() -> None:
    framing = framed(800, 400)
    film = compositor_of(with_scene(300, 50), framing, Backdrop())
    shown = film.composed(frame(framing.shown.width, framing.shown.height)).astype(int)
    scale = framing.side / SIDE
    for across in (4, 60, 740, 796):
        wanted = 255 * (300 + (across - framing.left) / scale) / WIDTH
        assert abs(shown[200, across, 0] - wanted) < 4
    assert shown[200, 400].max() == 0, "the person is before it"


def test_a_tall_film_shows_what_is_below() -> None:
    framing = framed(300, 480)
    film = compositor_of(with_scene(300, 20), framing, Backdrop())
    shown = film.composed(frame(framing.shown.width, framing.shown.height)).astype(int)
    assert shown[:, 150, 1][-1] > 0.8 * 255 * (20 + SIDE) / HEIGHT, "not the square's edge"
    assert 0 < shown[0, 150, 1] < 30


@pytest.mark.parametrize(
    ("width", "background"), [(800, Backdrop(colour="#0000ff")), (1600, Backdrop())]
)
def test_where_the_scene_ends_before_the_film_it_is_not_used(
    width: int, background: Backdrop
) -> None:
    framing = framed(width, 400)
    drawn = frame(framing.shown.width, framing.shown.height)
    without = compositor_of(plain_package(colourful()), framing, background)
    film = compositor_of(with_scene(300, 50), framing, background)
    assert np.array_equal(film.composed(drawn), without.composed(drawn))


def test_who_stands_at_the_side_of_a_picture_stands_there_in_the_film() -> None:
    framing = framed(800, 400)
    film = compositor_of(with_scene(0, 50), framing, Backdrop())
    shown = film.composed(frame(framing.shown.width, framing.shown.height))
    assert shown[200, 0].max() == 0 and shown[200, -1, 0] > 150


@pytest.mark.parametrize(("x", "y"), [(-300, 0), (900, 0), (0, 4000), (-(10**9), 10**9)])
def test_a_square_outside_its_picture_does_no_harm(x: int, y: int) -> None:
    framing = framed(800, 400)
    film = compositor_of(with_scene(x, y), framing, Backdrop())
    assert film.composed(frame(framing.shown.width, 400)).shape == (400, 800, 3)


def test_a_scene_of_another_shape_is_refused() -> None:
    with pytest.raises(PackageInvalid, match="shape"):
        compositor_of(with_scene(0, 0, slope(100, 100)), framed(800, 400), Backdrop())


def test_splats_have_none() -> None:
    content = with_scene(0, 0)
    assert scene.FILE in package.read(content).files
    renamed = package.read(content).manifest.model_copy(update={"type": "gaussian"})
    with pytest.raises(PackageInvalid):
        package.read(package.write(renamed, package.read(content).files))
