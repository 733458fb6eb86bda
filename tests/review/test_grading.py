import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_serving.faces import Face
from avatar_serving.stages.review.framing import check_face, check_pose, check_size
from avatar_serving.stages.review.grading import Reasons, Scale, grade
from tests.review.portraits import face_at

RISING, FALLING = Scale(10, 20), Scale(20, 10)


@pytest.mark.parametrize(
    ("scale", "value", "verdict"),
    [
        (RISING, 5, "refused"), (RISING, 10, "refused"), (RISING, 15, "fair"),
        (RISING, 20, "good"), (RISING, 99, "good"),
        (FALLING, 25, "refused"), (FALLING, 20, "refused"), (FALLING, 15, "fair"),
        (FALLING, 10, "good"), (FALLING, 0, "good"),
    ],
)  # fmt: skip
def test_verdicts(scale: Scale, value: float, verdict: str) -> None:
    check = grade("x", value, scale, Reasons("is good", "is fair", "is refused"))
    assert check.verdict == verdict and check.reason == f"is {verdict}"


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_better_never_scores_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= RISING.score(low) <= RISING.score(high) <= 1
    assert 1 >= FALLING.score(low) >= FALLING.score(high) >= 0


def test_size() -> None:
    verdicts = [check_size(w, h).verdict for w, h in ((640, 480), (200, 900), (90, 2000))]
    assert verdicts == ["good", "fair", "refused"]


@pytest.mark.parametrize(
    ("widths", "verdict"),
    [
        ([], "refused"),
        ([100], "good"),
        ([100, 30], "good"),
        ([100, 60], "refused"),
        ([100] * 3, "refused"),
    ],
)
def test_exactly_one_face_is_wanted(widths: list[float], verdict: str) -> None:
    faces: list[Face] = [face_at(width) for width in widths]
    assert check_face(faces, on_its_side=False).verdict == verdict


def test_a_picture_on_its_side_is_told_so() -> None:
    assert "upright" in check_face([], on_its_side=True).reason


@pytest.mark.parametrize(
    ("pose", "verdict", "word"),
    [
        ((0, -10, 3), "good", "towards"), ((-30, 0, 0), "fair", "straight"),
        ((50, 0, 0), "refused", "away"), ((0, 45, 0), "refused", "away"),
        ((0, 0, -60), "refused", "tilted"), ((10, 0, 30), "fair", "tilted"),
    ],
)  # fmt: skip
def test_the_worst_angle_counts(pose: tuple[float, float, float], verdict: str, word: str) -> None:
    check = check_pose(face_at(100, pose=pose))
    assert check.verdict == verdict and word in check.reason
