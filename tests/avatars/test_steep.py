import numpy as np
import pytest

from avatar_serving.avatars.steep import without_streaks

SIZE = 160
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)


def wall(slope: float) -> np.ndarray:
    """A square that fills the picture; its depth changes along x."""
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])
    return np.column_stack([corners, slope * corners[:, 0]]).astype(np.float32)


def rows(height: float) -> np.ndarray:
    """Grain that differs from row to row, which drawn out sideways would be streaks."""
    picture = np.full((SIZE, SIZE, 4), 128, np.uint8)
    picture[::2, :, :3] += np.uint8(height)
    picture[..., 3] = 255
    return picture


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_what_faces_the_camera_stays(slope: float) -> None:
    np.testing.assert_array_equal(without_streaks(rows(10), wall(slope), TRIANGLES), rows(10))


def test_grain_of_steep_skin_goes() -> None:
    even = without_streaks(rows(10), wall(7.0), TRIANGLES).astype(int)
    assert np.ptp(even[20:-20, 80, :3]) <= 2
    np.testing.assert_array_equal(even[..., 3], 255)


def test_what_stands_out_stays() -> None:
    """The temple of glasses, a hairline."""
    picture = rows(0)
    picture[78:82, :, :3] = 20
    even = without_streaks(picture, wall(7.0), TRIANGLES).astype(int)
    assert even[80, 80, 0] < 40


def soft_edge() -> np.ndarray:
    """A person who ends softly half way across."""
    picture = rows(0)
    picture[..., 3] = np.clip((SIZE / 2 - np.arange(SIZE)) * 16 + 128, 0, 255).astype(np.uint8)
    return picture


def test_a_soft_end_is_soft_where_it_faces_the_camera_and_sharp_where_it_is_steep() -> None:
    flat, steep = (
        without_streaks(soft_edge(), wall(slope), TRIANGLES)[80, :, 3] for slope in (1.0, 7.0)
    )
    np.testing.assert_array_equal(flat, soft_edge()[80, :, 3])
    assert ((steep > 0) & (steep < 255)).sum() < ((flat > 0) & (flat < 255)).sum() / 3


@pytest.mark.parametrize(("slope", "seen"), [(0.0, 250), (7.0, 128)])
def test_wall_that_shines_through_a_steep_edge_is_not_drawn_out(slope: float, seen: int) -> None:
    """The last pixels before the person's end, blurred by the lens."""
    picture = rows(0)
    picture[:, SIZE // 2 :, 3] = 0
    picture[:, SIZE // 2 - 1 :, :3] = 250
    even = without_streaks(picture, wall(slope), TRIANGLES)
    np.testing.assert_array_equal(even[20:-20, SIZE // 2 - 1, :3], seen)
