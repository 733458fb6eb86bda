"""What ``helm install`` prints: commands that can be given as they stand."""

import re

import pytest
from typer.testing import CliRunner

from avatar_serving.cli import app
from tests.chart.rendering import CHART, helm, objects, one

EXEC = re.compile(
    r"exec \$\(kubectl -n people get pod -o name -l (\S+) .*\) -- avatar-serving (.*)"
)


def notes(*options: str) -> str:
    where = ("avatar", str(CHART), "--namespace", "people", "--dry-run=client")
    done = helm("install", *where, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("NOTES:")[2]


def test_what_they_name_is_there() -> None:
    said, found = notes(), objects()
    service = one(found, "RayService")["metadata"]["name"]
    assert f"wait rayservice/{service} --for=condition=Ready" in said
    assert f"port-forward svc/{service}-serve-svc 8000" in said
    secret = one(found, "Secret")
    assert f"get secret {secret['metadata']['name']} -o jsonpath='{{.data.api-key}}'" in said
    assert set(secret["data"]) == {"api-key"}
    assert "helm -n people test avatar --logs" in said
    assert [o for o in found if "helm.sh/hook" in o["metadata"].get("annotations", {})]


def test_a_key_is_made_in_the_pod_and_folder_of_a_gateway() -> None:
    made = EXEC.search(notes())
    assert made is not None
    [group] = one(objects(), "RayService")["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    labels = dict(pair.split("=") for pair in made[1].split(","))
    assert labels.items() <= group["template"]["metadata"]["labels"].items()
    [container] = group["template"]["spec"]["containers"]
    assert {"name": "AVATAR_DATA", "value": "/data"} in container["env"]
    assert CliRunner().invoke(app, [*made[2].split(), "--help"]).exit_code == 0


@pytest.mark.parametrize(
    ("options", "opened"),
    [
        ("ingress.enabled=true,ingress.host=a.example", "http://a.example"),
        ("ingress.enabled=true,ingress.host=a.example,ingress.tlsSecret=t", "https://a.example"),
        (
            "gatewayApi.enabled=true,gatewayApi.parentRefs[0].name=g,gatewayApi.hostnames[0]=b.example",
            "https://b.example",
        ),
    ],
)
def test_a_way_in_is_told(options: str, opened: str) -> None:
    said = notes("--set", options)
    assert f" {opened}" in said and "port-forward" not in said


def test_a_service_without_keys_is_warned_of() -> None:
    assert "WARNING: no API keys" in notes("--set", "api.keys=off")
