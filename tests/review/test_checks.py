"""Single checks, on faces made up for them."""

import numpy as np
import pytest

from avatar_serving.faces import Face, topology
from avatar_serving.stages.review.framing import check_framing
from avatar_serving.stages.review.occlusion import check_eyes_open

RINGS = (topology.LEFT_EYE, topology.RIGHT_EYE)


def face(eye_height: float = 0.3, blink: float = 0.1) -> Face:
    """100 pixels wide at the origin: outline, features within it, eyes 20 pixels wide."""
    points = np.full((478, 3), 50, np.float32)
    turn = np.linspace(-np.pi / 2, 1.5 * np.pi, len(topology.OVAL), endpoint=False)
    points[list(topology.OVAL), :2] = np.c_[50 + 50 * np.cos(turn), 60 + 60 * np.sin(turn)]
    for ring in RINGS:
        along = np.r_[np.linspace(0, 20, 9), np.linspace(17.5, 2.5, 7)]
        points[list(ring), 0] = 40 + along
        points[list(ring[1:8]), 1] = 50 + 20 * eye_height / 2
        points[list(ring[9:]), 1] = 50 - 20 * eye_height / 2
    scores = {"eyeBlinkLeft": blink, "eyeBlinkRight": blink}
    return Face((0, 0, 100, 120), points, 1.0, scores, (0, 0, 0))


def moved(by: tuple[float, float]) -> Face:
    still = face()
    points = still.landmarks + np.array([*by, 0], np.float32)
    return Face((*by, 100, 120), points, 1.0, still.blendshapes, (0, 0, 0))


@pytest.mark.parametrize(
    ("by", "verdict"),
    [((50, 50), "good"), ((50, 1), "fair"), ((50, -20), "fair"), ((50, -45), "refused"),
     ((-30, 50), "fair"), ((-45, 50), "refused"), ((50, 60), "good"), ((50, 90), "refused")],
)  # fmt: skip
def test_a_forehead_may_be_cut_off_but_no_feature(by: tuple[float, float], verdict: str) -> None:
    """In a picture of 200 x 200."""
    assert check_framing(moved(by), 200, 200).verdict == verdict


@pytest.mark.parametrize(
    ("height", "blink", "verdict"),
    [(0.3, 0.1, "good"), (0.15, 0.3, "good"), (0.09, 0.3, "fair"), (0.04, 0.5, "refused"),
     (0.3, 0.95, "refused")],
)  # fmt: skip
def test_shut_eyes_are_refused(height: float, blink: float, verdict: str) -> None:
    assert check_eyes_open(face(height, blink)).verdict == verdict
