"""A made-up eye: a round opening in skin that comes forwards towards the brow."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from avatar_serving.avatars.lid_skin import paint, shares
from avatar_serving.avatars.lids import LINE, NEARER, ROWS, TUCKED, build_lid, rim
from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip

RADIUS, RING = 0.05, 32
BLINK = MORPHS.index("eyeBlinkRight")


def _skin() -> tuple[Floats, Floats]:
    """Positions: a ring from the image's left along its lower half, a brow of five, a sheet of
    skin around. Morphs: a blink that brings the upper half of the ring onto the lower."""
    turn = np.linspace(np.pi, 3 * np.pi, RING, endpoint=False)
    ring = np.stack([np.cos(turn), np.sin(turn)], 1) * RADIUS
    brow = np.stack([np.linspace(-0.05, 0.05, 5), np.full(5, 0.12)], 1)
    steps = np.linspace(-0.2, 0.2, 21)
    sheet = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    sheet = sheet[np.hypot(*sheet.T) > RADIUS + 0.01]
    flat = np.concatenate([ring, brow, sheet])
    positions = np.column_stack([flat, np.maximum(flat[:, 1], 0)]).astype(np.float32)
    morphs = np.zeros((len(MORPHS), len(positions), 3), np.float32)
    upper = positions[RING // 2 : RING]
    morphs[BLINK, RING // 2 : RING, 1] = -2 * upper[:, 1]
    morphs[BLINK, RING // 2 : RING, 2] = -upper[:, 2]
    return positions, morphs


def _lid(blink_of_photo: float = 0.0, hidden_at: float | None = None) -> tuple[Strip, Floats]:
    """*hidden_at*: a temple on the other side of the head lies so deep behind."""
    positions, morphs = _skin()
    triangles = Delaunay(positions[:, :2]).simplices.astype(np.int32)
    if hidden_at is not None:
        behind = positions + np.float32([0.003, 0.003, hidden_at])
        triangles = np.concatenate([triangles, triangles + len(positions)])
        positions = np.concatenate([positions, behind], dtype="f4")
        morphs = np.concatenate([morphs, np.zeros_like(morphs)], 1)
    one = rim("eyeBlinkRight", np.arange(RING, dtype=np.int32), tuple(range(RING, RING + 5)),
              positions, triangles)  # fmt: skip
    image = np.full((200, 200, 3), (200, 150, 120), np.uint8)
    rest = np.zeros(52, np.float32)
    rest[BLINK] = blink_of_photo
    photo = positions + blink_of_photo * morphs[BLINK]
    return build_lid(one, positions, morphs, image, photo, rest), positions


def test_a_lid_is_tucked_behind_the_skin_while_the_eye_is_open() -> None:
    places = _lid()[0].positions
    # The skin of the upper half is as far forward as it is high.
    assert (places[:, 2] < np.maximum(places[:, 1], 0) - 0.5 * TUCKED).all()


def test_a_lid_does_not_show_in_the_photo_of_a_half_closed_eye() -> None:
    lid, _ = _lid(0.4)
    photo = lid.positions + 0.4 * lid.morphs[BLINK] + lid.morphs[-1]
    neutral, photo = (p.reshape(ROWS, -1, 3) for p in (lid.positions, photo))
    assert np.allclose(photo - photo[-1], neutral - neutral[-1], atol=1e-6)


def test_the_line_of_lashes_is_as_high_half_way_down_as_in_a_shut_eye() -> None:
    lid, _ = _lid()
    columns = len(lid.positions) // ROWS
    line = slice((ROWS - 3) * columns, (ROWS - 1) * columns)
    for weight in (0.3, 1.0):
        placed = (lid.positions + weight * lid.morphs[BLINK])[line, 1].reshape(2, -1)
        middle = placed[:, columns // 2]
        assert abs(middle[0] - middle[1] - LINE * 2 * RADIUS) < 1e-3


@pytest.mark.parametrize("hidden_at", [None, -0.3])
def test_a_closed_lid_lies_before_the_skin_up_to_its_upper_end(hidden_at: float | None) -> None:
    lid, _ = _lid(hidden_at=hidden_at)
    closed = lid.positions + lid.morphs[BLINK]
    above = closed[closed[:, 1] > RADIUS + 0.01]
    assert len(above)
    # The skin there is as far forward as it is high.
    assert (above[:, 2] > above[:, 1] + 0.5 * NEARER).all()


def test_a_lid_is_of_the_colour_of_skin_and_darkest_along_its_lashes() -> None:
    picture = _lid()[0].picture
    lid = picture[:48, picture.shape[1] // 2]
    assert lid[0, 3] < 10 < 250 < lid[-1, 3]
    assert 0.7 * 200 < lid[24, 0] <= 200
    assert lid[-1, :3].max() < 0.5 * lid[24, :3].max()


def test_a_lid_of_one_colour_is_not_darkened_by_the_lashes_of_the_photo() -> None:
    clean, lashes = (_painted(with_lashes=with_lashes) for with_lashes in (False, True))
    assert np.abs(clean[20:36, 40:80, :3].astype(int) - lashes[20:36, 40:80, :3]).max() < 6


def _painted(*, with_lashes: bool) -> np.ndarray:
    """A lid over skin of one colour, with or without a dark band where the open lid was."""
    image = np.full((200, 200, 3), (200, 150, 120), np.uint8)
    if with_lashes:
        image[100:108] = (40, 30, 30)
    x = np.linspace(60, 140, 9)
    under = np.stack([np.broadcast_to(x, (88, 9)), np.repeat(70 + shares()[:, None] * 60, 9, 1)], 2)
    lower = np.stack([x, np.full(9, 130.0)], 1)
    return paint(image, under, lower, (0.1, 0.9))


def test_a_lid_that_comes_out_of_a_shaded_fold_is_lit_like_the_skin_below() -> None:
    image = np.full((200, 200, 3), 200, np.uint8)
    image[:100] = 150
    down = shares()
    columns = np.linspace(60, 140, 20)
    under = np.stack(np.broadcast_arrays(columns, (40 + 20 * down)[:, None]), -1)
    lower = np.stack([columns, np.full(20, 100.0)], -1)
    picture = paint(image, under.astype(np.float32), lower, (0.1, 0.9))
    middle = float(picture[24, picture.shape[1] // 2, 0])
    assert 155 < middle < 190
