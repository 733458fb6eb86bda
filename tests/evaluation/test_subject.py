"""Which picture of a person is evaluated."""

import numpy as np
import pytest
from typer.testing import CliRunner

from avatar_serving import images, weights
from avatar_serving.cli import app
from avatar_serving.errors import InvalidRequest
from avatar_serving.evaluation.subject import person_in


@pytest.mark.weights
def test_of_several_people_one_is_asked_for() -> None:
    one = images.to_array(images.decode(weights.path("portrait-astronaut").read_bytes()))
    two = images.encode(images.from_array(np.hstack([one, one // 2])), "png")
    assert person_in(two, 0).width == 2 * one.shape[1]
    left, right = (images.to_array(person_in(two, face)) for face in (1, 2))
    assert max(left.shape[1], right.shape[1]) < one.shape[1]
    assert right.max() < 128 < left.max(), "the right half is the darker one"
    with pytest.raises(InvalidRequest, match="face 3: the picture has 2"):
        person_in(two, 3)


def test_a_package_has_one_face() -> None:
    done = CliRunner().invoke(app, ["evaluate", "ada.zip", "--face", "2"])
    assert done.exit_code == 1 and "one face" in done.output
