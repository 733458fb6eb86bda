"""One person's pictures lie close together, two persons' do not."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving import images, weights
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import SAME_PERSON, Descriptor, IdentityModel, distance

pytestmark = pytest.mark.weights


def picture(name: str) -> NDArray[np.uint8]:
    return images.to_array(images.decode(weights.path(name).read_bytes()))


@pytest.fixture(scope="module")
def descriptors() -> dict[str, Descriptor]:
    finder, model = FaceFinder(), IdentityModel()
    astronaut = picture("portrait-astronaut")
    views = {
        "as it is": astronaut,
        "darker": (astronaut * 0.6).astype(np.uint8),
        "small": cv2.resize(astronaut, (200, 200), interpolation=cv2.INTER_AREA),
        "mirrored": np.ascontiguousarray(astronaut[:, ::-1]),
        "somebody else": picture("portrait-admiral"),
    }
    return {name: model.describe(view, finder.find(view)[0]) for name, view in views.items()}


@pytest.mark.parametrize("name", ["darker", "small", "mirrored"])
def test_one_person(descriptors: dict[str, Descriptor], name: str) -> None:
    assert distance(descriptors["as it is"], descriptors[name]) < 0.3


def test_two_people(descriptors: dict[str, Descriptor]) -> None:
    """dlib itself, with its own landmarks, gives .69."""
    apart = distance(descriptors["as it is"], descriptors["somebody else"])
    assert SAME_PERSON < apart < 0.8
