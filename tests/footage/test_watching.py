"""Where another take of a film begins."""

import numpy as np

from avatar_serving.footage.watching import Cuts
from tests.avatars.pictures import colourful
from tests.footage.discs import Discs


def test_what_moves_is_no_cut() -> None:
    cuts, discs = Cuts(), Discs()
    assert not any(cuts.begins(discs[number]) for number in range(0, 60, 2))


def test_the_same_room_from_another_side_is_a_cut() -> None:
    cuts, room = Cuts(), colourful()
    other = np.ascontiguousarray(room[:, ::-1])
    assert [cuts.begins(picture) for picture in (room, room, other, other)] == [
        False, False, True, False,
    ]  # fmt: skip
