"""Which of the faces that were seen are taken for faces."""

import numpy as np
import pytest

from avatar_serving.faces import Face
from avatar_serving.faces.find import beyond_doubt


def seen(score: float) -> Face:
    return Face((0, 0, 10, 10), np.zeros((478, 3), np.float32), score, {}, (0, 0, 0))


@pytest.mark.parametrize(
    ("scores", "kept"),
    [((1.0, 0.65), (1.0,)), ((0.65, 0.97, 0.98), (0.97, 0.98)), ((1.0, 0.75), (1.0, 0.75)),
     ((0.65,), (0.65,)), ((0.65, 0.85), (0.65, 0.85)), ((), ())],
)  # fmt: skip
def test_beside_a_face_in_the_open_a_mere_likeness_is_none(
    scores: tuple[float, ...], kept: tuple[float, ...]
) -> None:
    assert tuple(face.score for face in beyond_doubt([seen(score) for score in scores])) == kept
