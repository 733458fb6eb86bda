"""A machine is drained when none of its living processes holds a session."""

import os
import subprocess
import sys

from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.draining import requested, sessions

HOLDING = "from avatar_serving import metrics; metrics.sessions.set(2); print(); input()"


def test_only_the_living_count(tmp_path):
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    pipe = subprocess.PIPE
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDING], env=environment, stdin=pipe, stdout=pipe
    )
    with holder:
        assert holder.stdout and holder.stdin
        holder.stdout.readline()
        assert sessions(tmp_path) == 2
        done = CliRunner(env={"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}).invoke(
            app, ["drain", "--limit-s", "0"]
        )
        assert done.exit_code == 0 and "2 sessions left" in done.output
        assert requested(tmp_path), "its gateways are asked to hand their sessions over"
        holder.stdin.write(b"\n")
        holder.stdin.close()
    assert list(tmp_path.glob("gauge_livesum_*.db"))
    assert sessions(tmp_path) == 0
    assert not list(tmp_path.glob("gauge_livesum_*.db"))
