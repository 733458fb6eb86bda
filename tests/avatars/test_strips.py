"""Pictures of strips below the picture of the skin."""

import numpy as np

from avatar_serving.avatars.rig import MORPHS, Part
from avatar_serving.avatars.strips import GUTTER_PX, Strip, grid, with_strips

SIZE = 64


def _strip(shade: int) -> Strip:
    corners = np.array([[0, 1], [20, 1], [0, 9], [20, 9]], np.float32)
    still = np.zeros((len(MORPHS), 4, 3))
    picture = np.full((10, 20, 4), shade, np.uint8)
    return Strip(np.zeros((4, 3)), still, grid(2, 2), corners, picture)


def test_more_strips_than_fit_beside_one_another_go_on_in_another_row() -> None:
    bare = Part(
        np.zeros((3, 3), np.float32), np.zeros((len(MORPHS), 3, 3), np.float32),
        np.array([[0, 1, 2]], np.int32), np.ones(3, np.float32), np.zeros((3, 2), np.float32),
        np.zeros((SIZE, SIZE, 4), np.uint8),
    )  # fmt: skip
    shades = range(10, 60, 10)
    part = with_strips(bare, [_strip(shade) for shade in shades])
    assert part.texture is not None and part.uv is not None
    assert part.texture.shape == (SIZE + 3 * (10 + 2 * GUTTER_PX), SIZE, 4)
    pixels = np.floor(part.uv[3:] * np.array(part.texture.shape[1::-1]) - 0.5).astype(int)
    seen = part.texture[pixels[:, 1], pixels[:, 0], 0]
    assert seen.tolist() == np.repeat(shades, 4).tolist()
