"""Where an avatar's square stands in videos of every shape."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.errors import InvalidRequest
from avatar_serving.film.backdrop import Compositor, backdrop_of
from avatar_serving.film.framing import LONGEST_PX, SHORTEST_PX, framed, sized
from avatar_serving.media import Image, VideoFrame

SIDES = st.integers(SHORTEST_PX // 2, LONGEST_PX // 2).map(lambda half: 2 * half)


@given(SIDES, SIDES)
def test_what_is_shown_lies_in_the_square_and_in_the_video(width: int, height: int) -> None:
    framing = framed(width, height)
    shown = framing.shown
    assert shown.left >= 0 and shown.left + shown.width <= framing.side
    assert shown.top == 0 and shown.height <= framing.side, "the head is never cut"
    assert 0 <= framing.left and framing.left + shown.width <= width
    assert framing.top + shown.height == height, "it stands at the bottom"
    assert shown.width >= 0.65 * framing.side and shown.height >= 0.84 * framing.side


def test_a_square_is_filled() -> None:
    framing = framed(512, 512)
    assert framing.fills and framing.side == 512


@pytest.mark.parametrize("size", [(511, 512), (62, 512), (512, 1922), (0, 0)])
def test_sizes_that_cannot_be_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(InvalidRequest, match="even, 64..1920"):
        framed(*size)


@pytest.mark.parametrize(
    ("size", "aspect", "height", "expected"),
    [
        (None, None, None, (512, 512)),
        ("720x1280", None, None, (720, 1280)),
        (None, "9:16", 1080, (608, 1080)),
        (None, "16:9", 720, (1280, 720)),
        (None, "4:3", None, (682, 512)),
    ],
)
def test_a_size_is_read(
    size: str | None, aspect: str | None, height: int | None, expected: tuple[int, int]
) -> None:
    assert sized(size, aspect, height) == expected


@pytest.mark.parametrize(
    ("size", "aspect", "height"),
    [("720", None, None), ("axb", None, None), (None, "1:0", None), ("64x64", None, 64),
     (None, "nan:1", None), ("1x2x3", None, None)],
)  # fmt: skip
def test_a_size_that_cannot_be_read_is_refused(
    size: str | None, aspect: str | None, height: int | None
) -> None:
    with pytest.raises(InvalidRequest):
        sized(size, aspect, height)


def frame(width: int, height: int, alpha: bool = False) -> VideoFrame:
    """Red."""
    rgb = np.full((height, width, 3), (255, 0, 0), np.uint8)
    return VideoFrame(
        0.0, Image(rgb.tobytes(), width, height), b"\xff" * (width * height) if alpha else None
    )


def test_a_colour_goes_on_where_the_square_ends() -> None:
    framing = framed(256, 64)
    own = np.zeros((32, 32, 3), np.uint8)
    compositor = Compositor(framing, backdrop_of("#00ff80").drawn(framing, own))
    shown = framing.shown
    out = compositor.composed(frame(shown.width, shown.height))
    assert out.shape == (64, 256, 3) and compositor.behind.shape == (64, shown.width, 3)
    assert out[30, 2].tolist() == [0, 255, 128]
    assert out[30, 128].tolist() == [255, 0, 0]
    row = out[30, framing.left : framing.left + 10, 0].astype(int)
    assert (np.diff(row) >= 0).all() and row[0] < 100, "its edge is soft"


def test_a_person_cut_out_fades_where_the_square_ends() -> None:
    framing = framed(256, 64)
    own = np.zeros((32, 32, 3), np.uint8)
    compositor = Compositor(framing, backdrop_of("transparent").drawn(framing, own))
    out = compositor.composed(frame(framing.shown.width, 64, alpha=True))
    assert out.shape == (64, 256, 4)
    assert out[30, 2, 3] == 0 and out[30, 128].tolist() == [255, 0, 0, 255]
    assert 0 < out[30, framing.left + 1, 3] < 255


def test_a_picture_covers_the_video() -> None:
    framing = framed(64, 128)
    picture = Image(np.full((10, 300, 3), 90, np.uint8).tobytes(), 300, 10)
    drawn = backdrop_of("image", picture).drawn(framing, np.zeros((8, 8, 3), np.uint8))
    assert drawn.shape == (128, 64, 3) and (drawn == 90).all()


def test_the_pictures_own_background_goes_on() -> None:
    framing = framed(256, 64)
    own = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, 0)
    drawn = backdrop_of("keep").drawn(framing, np.repeat(own, 3, 2))
    edge = drawn[30, framing.left - 1 : framing.left + 1, 0].astype(int)
    assert abs(edge[1] - edge[0]) < 8, "without a step"


@pytest.mark.parametrize("background", ["", "red", "#12345", "#12345g", "image", "blur"])
def test_a_background_that_is_none_is_refused(background: str) -> None:
    with pytest.raises(InvalidRequest, match="background"):
        backdrop_of(background)
