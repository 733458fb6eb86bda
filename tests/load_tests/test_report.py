"""The page of a run stands alone, and shows what was measured."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from load_tests import report
from load_tests.results import Check, CreationResult, load
from load_tests.svg import Chart, Series, cumulative, ticks
from tests.load_tests.made import run_of, turn, visit


def whole_run():
    turns = [
        turn(i % 8, float(i), 300.0 + 10 * i, language=("en", "zh")[i % 2], motion_late_ms=i / 10,
             underruns=int(i % 9 == 0), underrun_ms=40.0 if i % 9 == 0 else 0.0,
             barge_in_ms=120.0 if i % 4 == 0 else None)
        for i in range(60)
    ]  # fmt: skip
    turns.append(turn(3, 61.0, None, failure="stage_timeout: <nothing> for 30 s"))
    visits = [visit(i, float(i), 60.0) for i in range(8)]
    visits.append(visit(8, None, None, outcome="rejected", reason="all 8 sessions are taken"))
    creations = [CreationResult(visit=9, at_s=2.0, seconds=3.2)]
    checks = [Check(what="answers", client=60, server=41, agree=False)]
    return run_of(turns, visits, creations, checks)


def test_the_page_needs_nothing_from_elsewhere(tmp_path):
    text = report.write(whole_run(), tmp_path / "a" / "b", 0.95).read_text()
    HTMLParser().feed(text)
    assert not re.findall(r'(?:src|href)="|url\(|@import|<script', text)
    assert text.count("<svg") == 8
    for svg in re.findall(r"<svg.*?</svg>", text):
        ElementTree.fromstring(svg)
    assert "&lt;nothing&gt; for 30 s" in text and "all 8 sessions are taken" in text
    assert "DIFFER" in text and "making an avatar, s" in text


def test_the_json_is_the_run(tmp_path):
    run = whole_run()
    report.write(run, tmp_path, 0.95)
    assert load(tmp_path) == run == load(tmp_path / "run.json")


def test_a_run_without_turns_has_a_page_too(tmp_path):
    run = run_of([], [visit(0, None, None, outcome="failed", reason="nothing answers")])
    text = report.write(run, tmp_path, 0.95).read_text()
    assert "Goodput 0.0%" in text and "nothing answers" in text


@pytest.mark.parametrize(
    ("most", "wanted"),
    [(1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (60, [0, 20, 40, 60]), (101, [0, 50, 100])],
)
def test_axes_have_round_numbers(most, wanted):
    assert ticks(most) == pytest.approx(wanted)


def test_a_chart_keeps_its_dots_inside():
    svg = Chart("s", "ms", (Series("a", [0, 5, 10], [1, 99, 5], "dots"),), y_most=50).svg()
    circles = [e for e in ElementTree.fromstring(svg).iter() if e.tag == "circle"]
    assert len(circles) == 3
    assert all(56 <= float(c.attrib["cx"]) <= 640 for c in circles)
    assert min(float(c.attrib["cy"]) for c in circles) == 24
    assert cumulative([3, 1]) == ([1, 1, 3], [0, 50, 100])
