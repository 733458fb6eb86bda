"""Figures beside targets."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from bench.figures import Target, figure, show, write
from bench.processes import cpu_s, descendants, machine_s, named
from bench.stages import animate_frames


def test_a_figure_is_met_only_when_every_limit_is() -> None:
    target = Target("p50 <= 10, p95 <= 20", p50=10, p95=20)
    assert figure("a", "ms", target, [5.0, 9.0, 12.0]).met is True
    assert figure("a", "ms", target, [5.0, 5.0, 40.0]).met is False
    assert figure("a", "ms", target, [15.0, 15.0]).met is False
    assert figure("a", "ms", Target(""), [1.0]).met is None


def test_where_more_is_better_the_poor_end_counts() -> None:
    target = Target(">= 99", p50=99, least=True)
    assert figure("a", "%", target, [100.0]).met is True
    assert figure("a", "%", target, [98.0]).met is False
    assert figure("a", "%", target, [1.0, *[100.0] * 9]).p95 < 60


def test_figures_are_written_with_the_machine_they_were_taken_on(tmp_path: Path) -> None:
    path = tmp_path / "out" / "bench.json"
    write(path, [figure("a", "ms", Target("<= 1 ms", p95=1), [0.5])])
    read = json.loads(path.read_text())
    assert read["machine"]["cores"] >= 1 and read["figures"][0]["met"] is True
    console = Console(record=True, width=160)
    show([figure("a", "ms", Target("<= 1 ms", p95=1), [5.0])], console)
    assert "missed" in console.export_text()


def test_the_motion_of_a_clause_is_measured_frame_by_frame() -> None:
    measured = animate_frames()
    assert measured.count == 20 and 0 < measured.p50


def test_cpu_time_of_a_child_is_found() -> None:
    before_s = machine_s()
    code = "import time\nwhile time.process_time() < .2: pass\nprint(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "marker-of-this-test"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        child.stdout.readline()
        pids = descendants(os.getpid())
        assert named(pids, "marker-of-this-test") == [child.pid]
        assert cpu_s([child.pid]) == pytest.approx(0.2, abs=0.15)
        assert machine_s() - before_s > 0.1, "and so the machine's"
        child.communicate(b"\n")
