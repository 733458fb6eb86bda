"""Two runs: better, worse, the same, or not to be told apart."""

import numpy as np
import pytest
from typer.testing import CliRunner

from load_tests import report
from load_tests.__main__ import app
from load_tests.compare import compare, verdict
from tests.load_tests.made import run_of, turn, visit


def a_run(slower: float = 1.0, bad: int = 0, sessions: int = 40, seed: int = 0):
    rng = np.random.default_rng(seed)
    turns = [
        turn(i, float(k), float(slower * rng.normal(500, 40)), underruns=int(i < bad))
        for i in range(sessions) for k in range(6)
    ]  # fmt: skip
    return run_of(turns, [visit(i, 0.0, 60.0) for i in range(sessions)])


def named(differences):
    return {difference.name: difference for difference in differences}


def test_the_same_service_twice_is_the_same():
    found = named(compare(a_run(seed=1), a_run(seed=2)))
    assert found["goodput"].verdict == "the same"
    assert found["voice to voice p50, ms"].verdict == "the same"
    assert found["barge-in to silence p95, ms"].verdict == "not measured"


def test_a_slower_service_is_worse_and_by_how_much():
    differences = compare(a_run(seed=1), a_run(slower=1.4, seed=2))
    found = named(differences)["voice to voice p50, ms"]
    assert found.verdict == "worse" and found.least < 200 < found.most
    assert verdict(differences) == "worse"
    assert verdict(compare(a_run(slower=1.4), a_run())) == "better"


def test_lost_goodput_is_worse():
    found = named(compare(a_run(), a_run(bad=8)))["goodput"]
    assert found.a == 1.0 and found.b == pytest.approx(0.8) and found.verdict == "worse"


def test_few_sessions_say_nothing_for_certain():
    found = named(compare(a_run(sessions=4, bad=1, seed=1), a_run(sessions=4, bad=2, seed=2)))
    assert found["goodput"].verdict == "uncertain"


def test_the_command_reads_folders_and_fails_where_b_is_worse(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    report.write(a_run(), a, 0.95)
    report.write(a_run(slower=1.5), b, 0.95)
    said = CliRunner().invoke(app, ["compare", str(a), str(b / "run.json")])
    assert said.exit_code == 1 and "B is worse" in said.output
    assert CliRunner().invoke(app, ["compare", str(b), str(a)]).exit_code == 0
    other = CliRunner().invoke(app, ["compare", str(a), str(tmp_path / "nothing")])
    assert other.exit_code == 2 and "invalid_request" in other.output
