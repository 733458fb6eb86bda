"""The chart's load test is a command that the load test understands."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from deployments.ports import free_port
from load_tests.__main__ import app
from tests.chart.rendering import objects, one


def job(*options):
    return one(objects("--set=loadTest.enabled=true", *options), "Job")


def test_there_is_none_unless_asked_for():
    assert not [o for o in objects() if "load-test" in o["metadata"]["name"]]


def test_its_options_are_options_of_the_command(tmp_path: Path):
    (container,) = job()["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "-m", "load_tests"]
    here = {"--url": f"http://127.0.0.1:{free_port()}", "--out": str(tmp_path)}
    names = [argument.partition("=")[0] for argument in container["args"]]
    assert set(here) < set(names)
    arguments = [
        f"{name}={here[name]}" if name in here else argument
        for name, argument in zip(names, container["args"], strict=True)
    ]
    said = CliRunner().invoke(app, arguments)
    assert said.exit_code == 2 and "the service does not answer" in " ".join(said.output.split())


@pytest.mark.parametrize("option", ["seed=2", "sessions=40", "arguments={--speech=noise}"])
def test_other_settings_are_another_job(option):
    names = {job()["metadata"]["name"], job(f"--set=loadTest.{option}")["metadata"]["name"]}
    assert len(names) == 2


def test_reports_stay_where_there_is_a_volume():
    pod = job("--set=loadTest.existingClaim=kept")["spec"]["template"]["spec"]
    assert {"name": "reports", "persistentVolumeClaim": {"claimName": "kept"}} in pod["volumes"]
