"""What is said of drawn avatars, and the floors that one of them stays above."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from avatar_serving import images
from avatar_serving.drawings.colours import colours
from avatar_serving.drawings.eyes import find_eyes
from avatar_serving.drawings.measure import DrawnFace
from avatar_serving.evaluation.common import Depth, Evaluated
from avatar_serving.evaluation.drawn.controls import brow_height, eye_shown
from avatar_serving.evaluation.drawn.results import DrawnEvaluation, Fills
from avatar_serving.evaluation.drawn.shown import eyes_shown
from avatar_serving.evaluation.drawn.view import DrawnView, as_face
from avatar_serving.evaluation.evaluate import evaluate
from avatar_serving.evaluation.report import write_report
from avatar_serving.evaluation.subject import from_portrait
from avatar_serving.evaluation.targets import DRAWN_TARGETS, Verdict, verdicts
from avatar_serving.faces.crop import crop_face
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE
from tests.avatars.pictures import colourful
from tests.drawings.pictures import STYLES, Style, crop_of, drawing
from tests.evaluation.results import evaluation


def of_drawing() -> DrawnEvaluation:
    fields = evaluation().model_dump(exclude={"responses", "identity"})
    return DrawnEvaluation(**fields | {"fills": Fills(lid=2.0, mouth=0.9, holes=0)})


def view_of(style: Style) -> DrawnView:
    """A drawing as if a rig had drawn it."""
    picture = drawing(style)
    geometry = crop_of(picture).points[:468].astype(np.float64)
    crop = crop_face(picture, as_face(geometry), 512, 1.3)
    seen = colours(crop)
    places = (crop.points[list(RIGHT_EYE)].mean(0), crop.points[list(LEFT_EYE)].mean(0))
    right, left = find_eyes(seen, places)
    return DrawnView((), picture, geometry, DrawnFace(crop, seen, right, left, None, None, None))


def test_the_report_of_a_drawing_says_what_was_painted(tmp_path: Path) -> None:
    page = write_report(Evaluated(of_drawing(), {"jaw": (colourful(),)}), tmp_path)
    assert "painted where the drawing shows nothing" in page.read_text()
    document = json.loads((tmp_path / "report.json").read_text())
    filled = next(t for t in document["targets"] if t["name"] == "mouth's inside filled")
    assert filled == {"name": "mouth's inside filled", "value": 0.9, "least": 0.95,
                      "reached": False}  # fmt: skip
    assert "identity" not in document


def test_goals_are_stricter_than_floors() -> None:
    for target in DRAWN_TARGETS:
        stricter = target.goal - target.floor
        assert (stricter if target.sense == "least" else -stricter) >= 0, target.name


def test_a_shut_eye_shows_nothing_of_an_open_one() -> None:
    wide = STYLES["wide eyes, open"]
    neutral = view_of(wide)
    shown = eyes_shown(neutral)
    assert shown.sum() > 1000
    height = 2 * wide.eye[1] * 768
    assert 0.5 * height < (eye_shown(neutral, neutral) or 0) < 0.8 * height, "of an ellipse"
    bare = np.broadcast_to(neutral.found.colours.skin, neutral.found.colours.lab.shape)
    covered = replace(neutral.found.colours, lab=bare)
    shut = replace(neutral, found=replace(neutral.found, colours=covered))
    assert eye_shown(shut, neutral) == 0


def test_a_brow_under_hair_is_not_measured() -> None:
    view = view_of(STYLES["dark skin"])
    assert brow_height(view, view) is not None
    seen = view.found.colours
    plain = replace(seen, unlike=np.zeros_like(seen.unlike))
    assert brow_height(replace(view, found=replace(view.found, colours=plain)), view) is None


@pytest.fixture(scope="module")
def found() -> dict[str, Verdict]:
    picture = images.encode(images.from_array(drawing(STYLES["small eyes, lips"])), "png")
    *_, evaluated = evaluate(from_portrait("drawing", picture), Depth(speech=False))
    assert isinstance(evaluated, Evaluated) and isinstance(evaluated.evaluation, DrawnEvaluation)
    return {verdict.target.name: verdict for verdict in verdicts(evaluated.evaluation)}


UNASKED = {"build", "frame 512 x 512", "lip sync correlation", "lip sync lag, size",
           "closures hit", "closed in silence"}  # fmt: skip
"""What a busy machine makes slow is not asserted, nor what takes minutes."""


@pytest.mark.weights
@pytest.mark.parametrize("name", [t.name for t in DRAWN_TARGETS if t.name not in UNASKED])
def test_no_figure_falls_below_its_floor(found: dict[str, Verdict], name: str) -> None:
    verdict = found[name]
    assert verdict.held, f"{name}: {verdict.value} ({verdict.target.sense} {verdict.target.floor})"
