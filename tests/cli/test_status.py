"""What a service is made of, asked over its socket."""

import json

from typer.testing import CliRunner

from avatar_serving.cli import app
from avatar_serving.client import Rest
from avatar_serving.protocol.status import ApplicationPart, DeploymentPart
from tests.deployments.serving import gateway

PARTS = (
    ApplicationPart(
        name="avatar",
        status="RUNNING",
        deployments=(DeploymentPart(name="tts", status="UPSCALING", replicas={"RUNNING": 2}),),
    ),
)


def status(url, *options):
    return CliRunner().invoke(app, ["status", "--url", url, *options])


def test_a_service_tells_what_it_is_made_of(tmp_path):
    with gateway(tmp_path) as (services, url):
        services.applications = lambda: PARTS
        with services.sessions.reserve(), Rest(url) as rest:
            found = rest.status()
        assert (found.profile, found.sessions, found.applications) == ("test", 1, PARTS)
        shown = status(url)
        assert shown.exit_code == 0, shown.output
        assert "0 of 200 sessions" in shown.output
        assert "tts          UPSCALING    replicas: 2 RUNNING" in shown.output
        assert json.loads(status(url, "--json").output)["capacity"] == 200
        (part,) = PARTS
        services.applications = lambda: (part.model_copy(update={"status": "UNHEALTHY"}),)
        assert status(url).exit_code == 1


def test_a_key_is_asked_for(tmp_path):
    with gateway(tmp_path, api_key_required=True) as (services, url):
        assert status(url).exit_code == 1
        key = services.store.create_key("operator")
        shown = CliRunner(env={"AVATAR_API_KEY": key}).invoke(app, ["status", "--url", url])
        assert shown.exit_code == 0, shown.output


def test_nobody_answers():
    shown = status("http://127.0.0.1:9")
    assert shown.exit_code == 1 and "does not answer" in shown.output
