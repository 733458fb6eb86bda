"""The report, and what counts as reached."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.evaluation.evaluate import Evaluated
from avatar_serving.evaluation.report import write_report
from avatar_serving.evaluation.targets import TARGETS, verdicts
from tests.avatars.pictures import colourful
from tests.evaluation.results import evaluation


def test_goals_are_stricter_than_floors() -> None:
    for target in TARGETS:
        stricter = target.goal - target.floor
        assert (stricter if target.sense == "least" else -stricter) >= 0, target.name
    assert len({target.name for target in TARGETS}) == len(TARGETS)


@pytest.mark.parametrize(
    ("correlation", "reached", "held"),
    [(0.99, True, True), (0.96, False, True), (0.5, False, False)],
)
def test_verdicts(correlation: float, reached: bool, held: bool) -> None:
    found = {v.target.name: v for v in verdicts(evaluation(correlation))}
    jaw = found["jaw correlation"]
    assert (jaw.reached, jaw.held) == (reached, held)
    assert found["closures hit"].reached is None


def test_the_report_has_figures_and_pictures(tmp_path: Path) -> None:
    found = Evaluated(evaluation(avatar="<b>"), {"jaw & more": (colourful(), colourful())})
    page = write_report(found, tmp_path / "report")
    text = page.read_text()
    assert "&lt;b&gt;" in text and "jaw &amp; more" in text and "LPIPS" in text
    for name in ("pictures/0-0.jpg", "pictures/0-1.jpg"):
        assert name in text and (page.parent / name).stat().st_size > 100
    document = json.loads((page.parent / "report.json").read_text())
    assert document["landmarks"]["nme"] == 0.02
    nme = next(t for t in document["targets"] if t["name"] == "landmark error (NME)")
    assert nme == {"name": "landmark error (NME)", "value": 0.02, "most": 0.015, "reached": False}


@pytest.mark.parametrize("name", ["absent.zip", "absent.jpg", "../etc/passwd"])
def test_what_is_not_there_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("AVATAR_DATA", str(tmp_path))
    result = CliRunner().invoke(app, ["evaluate", name, "-o", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("hello")
    result = CliRunner().invoke(app, ["evaluate", str(tmp_path / "text.jpg")])
    assert result.exit_code == 1 and "image_rejected" in result.stderr
