"""The table of pictures, the ways of spoiling one, and the page."""

from pathlib import Path

import numpy as np
import pytest

from avatar_serving import images
from avatar_serving.errors import ImageRejected, StageFailed
from avatar_serving.faces import Face
from avatar_serving.weights.lock import read_lock
from scripts.robustness import sheet
from scripts.robustness.__main__ import LOCK, PAGE, own
from scripts.robustness.degrade import DEGRADATIONS, Degradation
from scripts.robustness.page import BEGIN, Row, write_page
from scripts.robustness.people import PEOPLE
from scripts.robustness.sheet import CELL_PX
from scripts.robustness.trial import Outcome, Quality
from tests.avatars.pictures import colourful

FACE = Face((30, 20, 40, 50), np.zeros((478, 3), np.float32), 1.0, {}, (0, 0, 0))
GOOD = Quality(found=1, nme=0.01, identity=0.3, jaw=1, blink=0.9)
BAD = Quality(found=1, nme=0.05, identity=0.3, jaw=1, blink=0.9)


def test_every_picture_is_pinned_once() -> None:
    lock, project = read_lock(LOCK), read_lock()
    named = {(person.weight, person.path) for person in PEOPLE}
    assert len(named) == len(PEOPLE) > 40
    for person in PEOPLE:
        if person.path:
            pins = [pin.path for pin in lock.get(person.weight).pins]
            assert person.path in pins
        else:
            project.get(person.weight)


@pytest.mark.parametrize("degradation", DEGRADATIONS, ids=lambda d: d.what)
def test_a_spoilt_picture_is_another_picture(degradation: Degradation) -> None:
    before = colourful()
    before[::3, ::2] = 255 - before[::3, ::2]
    kept = before.copy()
    after = degradation.change(before, FACE)
    assert after.dtype == np.uint8 and after.ndim == 3 and after.shape[2] == 3
    assert after.shape != before.shape or (after != before).any()
    assert (before == kept).all()


def test_the_sheet_has_a_place_for_each_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "PICTURE", tmp_path / "sheet.png")
    red = np.zeros((64, 40, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    made = Outcome(None, quality=GOOD, pictures=(red,) * 5)
    refused = Outcome(ImageRejected("pose", "Turn."))
    sheet.draw_sheet(["one", "two", "three"], [red] * 3, [made, refused, made])
    drawn = images.to_array(images.decode((tmp_path / "sheet.png").read_bytes()))
    filled = (drawn[..., 0].astype(int) - drawn[..., 1] > 200).sum() / (CELL_PX * CELL_PX)
    assert filled == pytest.approx((4 + 1 + 4) * red[..., 0].size / CELL_PX**2, rel=0.05)


@pytest.mark.parametrize(
    ("wanted", "outcome", "verdict"),
    [
        ("avatar", Outcome(None, quality=GOOD), "right"),
        ("avatar", Outcome(None, quality=BAD), "weak"),
        ("refusal", Outcome(None, quality=GOOD), "**wrongly accepted**"),
        ("avatar", Outcome(ImageRejected("pose", "Turn.")), "**wrongly refused**"),
        ("either", Outcome(ImageRejected("pose", "Turn.")), "right"),
        ("avatar", Outcome(None, "ValueError: no"), "**fault**"),
    ],
)
def test_verdicts(wanted: str, outcome: Outcome, verdict: str) -> None:
    assert Row("someone", wanted, outcome).verdict == verdict  # type: ignore[arg-type]


def test_the_page_is_written_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text())
    rows = [
        Row("a man", "avatar", Outcome(None, quality=GOOD)),
        Row("a cat", "refusal", Outcome(StageFailed("review", "no"))),
    ]
    write_page(page, {"people": rows, "spoilt": rows[:1]})
    text = page.read_text()
    assert "2 pictures: 1 avatars, 1 refusals; 2 right." in text
    assert "| a cat | refused, `stage_failed`: review: no |" in text
    assert text.count(BEGIN.format("people")) == 1
    write_page(page, {"people": rows, "spoilt": rows[:1]})
    assert page.read_text() == text


def test_pictures_of_ones_own_are_wanted_as_avatars(tmp_path: Path) -> None:
    (tmp_path / "me.jpg").write_bytes(b"picture")
    (case,) = own([tmp_path / "me.jpg"])
    assert (case.what, case.wanted, case.picture) == ("me.jpg", "avatar", b"picture")
