"""Suites that run side by side: none is lost, and one that fails is told, and tried once more."""

import sys

from scripts.suites import Suite, checked, passed, run_all


def program(name: str, text: str) -> Suite:
    return Suite(name, (sys.executable, "-c", text))


def test_a_suite_that_fails_stops_no_other_and_is_told(capfd):
    lanes = [
        [program("bad", "import sys; sys.exit('one is wrong')"), program("good", "print('well')")],
        [program("beside", "print('also well')")],
    ]
    found = run_all(lanes, [program("last", "print('at the end')")])
    assert [(one.suite.name, one.passed) for one in found] == [
        ("bad", False), ("good", True), ("beside", True), ("last", True),
    ]  # fmt: skip
    assert not passed(found)
    shown = capfd.readouterr().out
    assert "one is wrong\n== bad FAILED" in shown and "well\n== good passed" in shown
    assert shown.index("at the end") > shown.index("also well")


def test_what_failed_is_tried_once_more_at_the_end(tmp_path, capfd):
    (tmp_path / "test_moods.py").write_text(
        "from pathlib import Path\n"
        "def test_good(): pass\n"
        "def test_moody():\n"
        "    seen = Path(__file__).with_name('seen')\n"
        "    known, _ = seen.exists(), seen.touch()\n"
        "    assert known\n"
    )
    moods = checked("moods", tmp_path, "--rootdir", str(tmp_path), str(tmp_path))
    found = run_all([[moods]], [program("last", "")])
    assert [(one.suite.name, one.passed) for one in found] == [
        ("moods", False), ("last", True), ("moods, once more", True),
    ]  # fmt: skip
    assert passed(found)
    shown = capfd.readouterr().out
    assert "1 failed, 1 passed" in shown and "1 passed in" in shown
    (tmp_path / "test_moods.py").write_text("def test_bad(): assert False\n")
    assert not passed(run_all([[moods]], []))
