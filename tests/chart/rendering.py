"""The chart, rendered by the real helm."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.chart_tools import tool

CHART = Path(__file__).parents[2] / "charts" / "avatar-serving"
PROFILES = {"cpu": (), "gpu": ("-f", str(CHART / "values-gpu.yaml"))}
EVERYTHING = (
    "--set=monitoring.podMonitor=true,monitoring.rules=true,monitoring.dashboards=true",
    "--set=weights.cache=persistentVolumeClaim,weights.job=true",
    "--set=ingress.enabled=true,ingress.host=avatar.example.org,ingress.tlsSecret=tls",
    "--set=gatewayApi.enabled=true,gatewayApi.parentRefs[0].name=public",
    "--set=ray.redis.address=redis:6379,ray.redis.passwordSecret=redis",
    "--set=autoscaling.enabled=true",
    "--set=store.database.secret=db,store.s3.bucket=faces,store.keySecret=seal,profile.gateway_scaling.most=4",
    "--set=monitoring.otlpEndpoint=http://collector.watch:4318",
    "--set=jobs.enabled=true",
    "--set=loadTest.enabled=true",
)


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = tool("helm")
    if program is None:
        pytest.skip("no helm: python -m scripts.chart_tools fetches it")
    command = [str(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def text(*options: str) -> str:
    done = helm("template", "avatar", str(CHART), "--namespace", "people", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def objects(*options: str) -> list[dict[str, Any]]:
    return [found for found in yaml.safe_load_all(text(*options)) if found]


def refusal(*options: str) -> str:
    done = helm("template", "avatar", str(CHART), *options)
    assert done.returncode != 0, f"rendered, with {options}"
    return done.stderr


def one(found: list[dict[str, Any]], kind: str, name: str = "") -> dict[str, Any]:
    (chosen,) = [o for o in found if o["kind"] == kind and o["metadata"]["name"].endswith(name)]
    return chosen


def serve_config(*options: str) -> dict[str, Any]:
    return yaml.safe_load(one(objects(*options), "RayService")["spec"]["serveConfigV2"])
