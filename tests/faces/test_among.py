import numpy as np
import pytest

from avatar_serving.errors import InvalidRequest
from avatar_serving.faces import Face, among
from avatar_serving.images import from_array
from avatar_serving.media import Box


def face(*box: float) -> Face:
    x, y, width, height = box
    return Face((x, y, width, height), np.zeros((478, 3), np.float32), 1.0, {}, (0.0, 0.0, 0.0))


def covers(whole: Box, part: Box) -> bool:
    return all(
        whole[i] <= part[i] and part[i] + part[2 + i] <= whole[i] + whole[2 + i] for i in (0, 1)
    )


def test_one_face_has_head_and_shoulders_around_it() -> None:
    (only,) = among.found([face(400, 300, 100, 120)], 1000, 1000)
    assert only.around == (300, 192, 300, 456)


def test_faces_come_from_left_to_right_and_keep_out_of_each_other() -> None:
    boxes: list[Box] = [(500, 100, 100, 120), (100, 110, 90, 110), (260, 90, 100, 120)]
    found = among.found([face(*box) for box in boxes], 700, 500)
    assert [each.box[0] for each in found] == [100, 260, 500]
    for one in found:
        assert covers(one.around, one.box)
        for other in found:
            apart = one.around[0] + one.around[2] <= other.box[0] or (
                other.box[0] + other.box[2] <= one.around[0]
            )
            assert apart or other is one


def test_cheek_to_cheek_hair_and_ears_stay() -> None:
    left, right = among.found([face(100, 100, 100, 120), face(190, 100, 100, 120)], 400, 400)
    assert left.around[0] + left.around[2] == 215
    assert right.around[0] == 175


def test_what_is_cut_out_is_inside_the_picture() -> None:
    found = among.found([face(-10, -20, 100, 120)], 200, 150)
    assert found[0].around == (0, 0, 190, 150)
    image = among.cut_out(from_array(np.zeros((150, 200, 3), np.uint8)), found, 1)
    assert (image.width, image.height) == (190, 150)


@pytest.mark.parametrize("number", [-1, 2])
def test_a_face_that_is_not_there_is_refused(number: int) -> None:
    picture = from_array(np.zeros((150, 200, 3), np.uint8))
    found = among.found([face(10, 20, 50, 60)], 200, 150)
    with pytest.raises(InvalidRequest, match="the picture has 1"):
        among.cut_out(picture, found, number)
