"""Processes of the load generator: what they tell, and what is said when one dies."""

import io
import time

from rich.console import Console

from load_tests.console import progress, show
from load_tests.crowd import Gathered, run_crowd
from load_tests.driver import Arrived, Finished, Share
from load_tests.plan import Service, Visit
from load_tests.run import passed
from load_tests.sender import Lateness
from tests.load_tests.made import TARGETS, run_of, turn, visit


def test_a_process_that_dies_ends_the_run_and_it_is_said():
    visits = (Visit(0, at_s=0.0, until_s=600.0, seed=1, language="none"),)
    share = Share(visits, Service("http://127.0.0.1:9"), {}, TARGETS, begin_s=0.0)
    began_s = time.monotonic()
    gathered = run_crowd(share, 1, lambda _: None)
    assert not gathered.complete and gathered.arrived == 1
    assert time.monotonic() - began_s < 100


def test_a_service_that_is_gone_is_a_failed_session():
    visits = (Visit(0, at_s=0.0, until_s=1.0, seed=1),)
    share = Share(visits, Service("http://127.0.0.1:9"), {"en": ()}, TARGETS, begin_s=0.0)
    gathered = run_crowd(share, 1, lambda _: None)
    assert gathered.complete
    (failed,) = gathered.visits
    assert failed.outcome == "failed" and "nothing answers" in failed.reason
    assert not passed(run_of([turn()], [failed]), 0.95)


def told() -> Gathered:
    gathered = Gathered(begin_s=time.monotonic() - 20)
    for message in (
        Arrived(0), Arrived(1), turn(), turn(ms=5000.0),
        visit(1, None, None, outcome="dropped", reason="1011"), Finished(Lateness()),
    ):  # fmt: skip
        gathered.take(message)
    return gathered


def test_progress_on_a_terminal_and_in_a_log():
    for terminal in (True, False):
        console = Console(file=io.StringIO(), force_terminal=terminal, width=160)
        with progress(console, 60, TARGETS) as look:
            look(told())
            look(told())
        text = console.file.getvalue()
        assert "1 live, 2 turns, good 50.0%, voice to voice p50" in text and "1 lost" in text
        assert terminal or text.count("\n") == 1


def test_the_table_says_what_went_wrong():
    console = Console(file=io.StringIO(), width=120)
    late = run_of([turn(), turn(ms=5000.0)], [visit(0, 0.0, 60.0, resumed=2)], complete=False)
    show(late, console, 0.95)
    text = console.file.getvalue()
    assert "goodput 50.0% of 2" in text and "voice to voice 1" in text
    assert "2 resumed" in text and "not finished" in text
