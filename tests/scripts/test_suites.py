"""Suites that run side by side: none is lost, and one that fails is told."""

import sys

from scripts.suites import Suite, run_all


def program(name: str, text: str) -> Suite:
    return Suite(name, (sys.executable, "-c", text))


def test_a_suite_that_fails_stops_no_other_and_is_told(capfd):
    lanes = [
        [program("bad", "import sys; sys.exit('one is wrong')"), program("good", "print('well')")],
        [program("beside", "print('also well')")],
    ]
    found = run_all(lanes, [program("last", "print('at the end')")])
    assert [(one.name, one.passed) for one in found] == [
        ("bad", False), ("good", True), ("beside", True), ("last", True),
    ]  # fmt: skip
    shown = capfd.readouterr().out
    assert "one is wrong\n== bad FAILED" in shown and "well\n== good passed" in shown
    assert shown.index("at the end") > shown.index("also well")
