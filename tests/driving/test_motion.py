"""What a film of our own avatar shows is what was put into it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.optimize import lsq_linear

from avatar_serving import weights
from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.driving.expression import bounded
from avatar_serving.driving.motion import filled, motion_of, smoothed
from avatar_serving.driving.swap import Swap
from avatar_serving.evaluation.subject import from_portrait
from avatar_serving.faces.topology import OVAL
from avatar_serving.footage.bank import watched
from avatar_serving.footage.shelf import Shelf
from avatar_serving.media import CHANNELS
from avatar_serving.video import write_mp4
from tests.pipelines.test_footage import returned

FPS, COUNT = 25, 60


def test_weights_stay_within_bounds_and_are_the_best_there() -> None:
    random = np.random.default_rng(3)
    rows, wanted = random.normal(size=(8, 30)), random.normal(size=(4, 30))
    found = bounded(rows @ rows.T, wanted @ rows.T, np.full((4, 8), 0.5))
    best = [lsq_linear(rows.T, row, (0, 1)).x for row in wanted]
    assert found == pytest.approx(np.array(best), abs=1e-4)


def test_a_hidden_face_goes_from_what_was_seen_to_what_is_seen() -> None:
    values = filled(np.array([[1.0], [2.0], [8.0]]), np.array([1, 2, 5]), 7)
    assert values[:, 0] == pytest.approx([1, 1, 2, 4, 6, 8, 8])


def test_takes_are_smoothed_each_by_itself_without_lag() -> None:
    steps = np.repeat([0.0, 1.0], 20)[:, None]
    takes = np.repeat([0, 1], 20)
    assert smoothed(steps, takes, FPS) == pytest.approx(steps)
    bump = np.exp(-(((np.arange(40) - 20) / 6) ** 2))[:, None]
    assert np.argmax(smoothed(bump, np.zeros(40, int), FPS)) == 20


def put() -> np.ndarray:
    """(COUNT, 55): a nod and a turn, a smile, a jaw that opens twice, a blink."""
    at = np.arange(COUNT) / FPS
    values = np.zeros((COUNT, len(CHANNELS)))

    def act(values_: np.ndarray, *names: str) -> None:
        for name in names:
            values[:, CHANNELS.index(name)] = values_

    act(0.5 * np.maximum(0, np.sin(2 * np.pi * (at - 0.4))) * (at > 0.4), "jawOpen")
    act(np.exp(-(((at - 1.6) / 0.3) ** 2)) * 0.8, "mouthSmileLeft", "mouthSmileRight")
    act(1.0 * (np.abs(at - 1.0) < 0.1), "eyeBlinkLeft", "eyeBlinkRight")
    act(12 * np.sin(2 * np.pi * at / 2.4), "headYaw")
    act(8 * np.sin(2 * np.pi * at / 1.6), "headPitch")
    return values


@pytest.mark.weights
def test_what_is_put_is_read_back_and_an_avatar_in_its_own_film_changes_little(
    tmp_path: Path,
) -> None:
    values = put()
    portrait = weights.path("portrait-astronaut").read_bytes()
    rig = package.load(from_portrait("astronaut", portrait).package)
    canvas = Canvas(rig, 320)

    def drawn() -> Iterator[np.ndarray]:
        for row in values.tolist():
            yield canvas.draw(tuple(row))

    write_mp4(tmp_path / "film.mp4", drawn(), FPS)
    with closing(Shelf()) as shelf:
        seen = returned(watched((tmp_path / "film.mp4").read_bytes(), shelf, 1.0))
        motion = motion_of(seen, len(shelf))
        swap = Swap(rig, motion, shelf)
        for number in (3, 40):
            changed = np.abs(swap.picture(number).astype(int) - shelf[number]).mean(2)
            points = seen.landmarks[number][list(OVAL), :2].astype(int)
            inside = cv2.fillPoly(np.zeros(changed.shape), [points], 1) > 0
            assert changed[inside].mean() < 14 and changed[260:].mean() < 1
    read = np.array([frame.values for frame in motion.frames()])
    assert read.shape == values.shape
    least = {"jawOpen": 0.9, "mouthSmileLeft": 0.85, "eyeBlinkRight": 0.95, "headYaw": 0.97,
             "headPitch": 0.95}  # fmt: skip
    for name, floor in least.items():
        one, other = (table[:, CHANNELS.index(name)] for table in (values, read))
        assert np.corrcoef(one, other)[0, 1] > floor, name
