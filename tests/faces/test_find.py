import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving.faces import FaceFinder, topology
from avatar_serving.media import ARKIT

pytestmark = pytest.mark.weights

FACE = (180, 70, 92, 108)
"""x, y, width, height of the astronaut's face."""


def test_measures_one_face(finder: FaceFinder, astronaut: NDArray[np.uint8]) -> None:
    (face,) = finder.find(astronaut)
    assert face.box == pytest.approx(FACE, abs=6)
    assert face.score > 0.99
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks.dtype == np.float32


def test_landmarks_lie_on_their_features(finder: FaceFinder, astronaut: NDArray[np.uint8]) -> None:
    points = finder.find(astronaut)[0].landmarks
    right, left = points[topology.RIGHT_IRIS[0]], points[topology.LEFT_IRIS[0]]
    assert right[0] < left[0], "the person's right eye is on the left of the picture"
    around = astronaut[int(right[1]) - 2 : int(right[1]) + 3, int(right[0]) - 2 : int(right[0]) + 3]
    assert around.min() < 40, "a pupil is dark"
    assert points[topology.NOSE_TIP, 2] < points[topology.LEFT_EDGE, 2], "the nose is nearer"
    assert points[topology.FOREHEAD, 1] < points[topology.NOSE_TIP, 1] < points[topology.CHIN, 1]


def test_expression_is_the_broad_smile_it_is(
    finder: FaceFinder, astronaut: NDArray[np.uint8]
) -> None:
    shapes = finder.find(astronaut)[0].blendshapes
    assert set(shapes) == set(ARKIT) - {"tongueOut"} | {"_neutral"}
    assert shapes["mouthSmileLeft"] > 0.7 and shapes["mouthSmileRight"] > 0.7
    assert shapes["eyeBlinkLeft"] < 0.3 and shapes["mouthFrownLeft"] < 0.2


@pytest.mark.parametrize("scale", [0.3, 1.0, 4.0])
def test_finds_the_same_face_at_any_size(
    finder: FaceFinder, astronaut: NDArray[np.uint8], scale: float
) -> None:
    image = np.asarray(cv2.resize(astronaut, None, fx=scale, fy=scale), np.uint8)
    (face,) = finder.find(image)
    assert np.array(face.box) / scale == pytest.approx(FACE, abs=8)


def test_finds_a_face_that_fills_the_picture(
    finder: FaceFinder, astronaut: NDArray[np.uint8]
) -> None:
    (face,) = finder.find(astronaut[60:190, 170:285])
    assert face.box == pytest.approx((10, 10, 92, 108), abs=8)


def test_finds_a_face_that_is_small_in_the_picture(
    finder: FaceFinder, astronaut: NDArray[np.uint8]
) -> None:
    image = np.pad(astronaut, ((500, 300), (900, 200), (0, 0)), constant_values=128)
    (face,) = finder.find(image)
    assert face.box == pytest.approx((1080, 570, 92, 108), abs=8)


def test_finds_each_of_three_faces_once(finder: FaceFinder, astronaut: NDArray[np.uint8]) -> None:
    faces = finder.find(np.tile(astronaut, (1, 3, 1)))
    assert sorted(round(f.box[0] / 512 - 0.35) for f in faces) == [0, 1, 2]


@pytest.mark.parametrize("image", ["black", "noise", "tiny"])
def test_finds_none_where_there_is_none(finder: FaceFinder, image: str) -> None:
    pictures = {
        "black": np.zeros((300, 400, 3), np.uint8),
        "noise": np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8),
        "tiny": np.full((1, 1, 3), 200, np.uint8),
    }
    assert finder.find(pictures[image]) == []


@pytest.mark.parametrize("degrees", [-30, 30])
def test_roll_follows_the_picture(
    finder: FaceFinder, astronaut: NDArray[np.uint8], degrees: int
) -> None:
    """Positive roll: the head leans to the person's own left, clockwise in the picture."""
    upright = finder.find(astronaut)[0].pose[2]
    turn = cv2.getRotationMatrix2D((225, 125), -degrees, 1)
    turned = np.asarray(cv2.warpAffine(astronaut, turn, (512, 512)), np.uint8)
    assert finder.find(turned)[0].pose[2] - upright == pytest.approx(degrees, abs=4)


def test_a_mirrored_picture_swaps_the_sides(
    finder: FaceFinder, astronaut: NDArray[np.uint8]
) -> None:
    face = finder.find(astronaut)[0]
    mirrored = finder.find(np.ascontiguousarray(astronaut[:, ::-1]))[0]
    assert mirrored.pose[2] == pytest.approx(-face.pose[2], abs=2)
    assert mirrored.box[0] == pytest.approx(512 - face.box[0] - face.box[2], abs=4)
