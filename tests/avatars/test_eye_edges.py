"""A made-up eye: dark within the lids, and completed with white under them."""

import numpy as np

from avatar_serving.avatars.eye_edges import with_edges
from avatar_serving.avatars.rig import MORPHS, Part
from avatar_serving.avatars.textures import polygon_mask, to_pixels

SIZE = 200
DARK, LID, WHITE = 50, 120, 250
LEFT = 60
"""Where the eye's texture begins in the image."""


def _eye(high: float = 0.12) -> tuple[Part, np.ndarray, np.ndarray]:
    """The eye, *high* above and below its middle, the image, and the edge of the lids in it."""
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    ring = np.stack([0.12 * np.cos(turn), 0.05 * np.sin(turn), 0 * turn], 1)
    inside = polygon_mask(to_pixels(ring, SIZE), SIZE)
    image = np.where(inside[..., None], DARK, LID).astype(np.uint8).repeat(3, 2)
    texture = np.where(inside[..., None], DARK, WHITE).astype(np.uint8).repeat(3, 2)
    corner = np.array([LEFT, SIZE // 2 - round(high * SIZE) - 3])
    texture = texture[corner[1] : SIZE - corner[1], corner[0] : SIZE - corner[0]]
    x, y = np.meshgrid(np.linspace(-0.18, 0.18, 5), np.linspace(-high, high, 5))
    points = np.stack([x, y, 0 * x], -1).reshape(-1, 3).astype(np.float32)
    uv = (to_pixels(points, SIZE) - corner) / texture.shape[1::-1]
    still = np.zeros((len(MORPHS), len(points), 3), np.float32)
    triangles = np.zeros((1, 3), np.int32)
    part = Part(points, still, triangles, np.ones(len(points), "f4"), uv.astype("f4"), texture)
    return part, image, ring


def test_beyond_the_lids_the_eye_goes_on_before_it_is_a_guess() -> None:
    part, image, ring = _eye()
    whole = with_edges(part, part.positions, image, (ring,)).texture
    assert whole is not None
    below = whole[len(whole) // 2 :, SIZE // 2 - LEFT, 0].astype(int)
    edge = round(0.05 * SIZE)
    assert (below[: edge - 1] == DARK).all()
    assert below[edge + 2] < LID, "neither the lid nor the white"
    assert below[-1] == WHITE
    assert (np.diff(below[edge + 2 :]) >= 0).all(), "without a line between"


def test_another_eye_keeps_its_texture() -> None:
    part, image, _ = _eye()
    assert part.texture is not None
    kept = with_edges(part, part.positions, image, ()).texture
    np.testing.assert_array_equal(kept, part.texture)


def test_a_tilted_eye_may_reach_to_the_end_of_its_texture() -> None:
    part, image, ring = _eye(high=0.055)
    whole = with_edges(part, part.positions, image, (ring,)).texture
    assert whole is not None and part.texture is not None
    assert whole.shape == part.texture.shape
    assert whole[-5, SIZE // 2 - LEFT, 0] < LID
