"""serveConfigV2: misspelled keys are refused, and as rendered it serves a turn."""

import asyncio

import httpx
import pytest
from pydantic import BaseModel

from avatar_serving.client import RequestRefused, Rest, Where, ask, open_session
from avatar_serving.config import read_profile
from avatar_serving.errors import InvalidRequest
from deployments.ports import free_port
from tests.chart.rendering import CHART, EVERYTHING, PROFILES, serve_config

ROOT = CHART.parents[1]
RENDERED = {**PROFILES, "everything": EVERYTHING}


@pytest.mark.parametrize("options", RENDERED.values(), ids=RENDERED)
def test_ray_knows_every_key(options):
    """Ray drops keys that it does not know, without a word."""
    from ray.serve.schema import ServeDeploySchema

    from deployments.cluster import AppArgs

    config = serve_config(*options)
    parsed = ServeDeploySchema.model_validate(config)
    assert_known(config, parsed)
    (application,) = config["applications"]
    args = AppArgs.model_validate(application["args"])
    profile = read_profile(args.profile, "rendered")
    assert profile.limits.session_s == 3600 and profile.gateway_resources


def assert_known(given, model):
    assert not set(given) - set(type(model).model_fields), given
    for key, value in given.items():
        inner = getattr(model, key)
        if isinstance(inner, BaseModel):
            assert_known(value, inner)
        elif isinstance(inner, list) and inner and isinstance(inner[0], BaseModel):
            for one, parsed in zip(value, inner, strict=True):
                assert_known(one, parsed)


def test_what_computes_on_a_gpu_is_sent_to_a_group_that_has_one():
    """Otherwise Ray would ask any group for a pod, and pay a GPU for a stage that needs a share."""
    (application,) = serve_config(*PROFILES["gpu"])["applications"]
    profile = read_profile(application["args"]["profile"], "rendered")
    on_gpus = {name: place for name, place in profile.placement.items() if place.num_gpus}
    assert {"asr", "llm", "stylise"} <= set(on_gpus)
    assert all(place.resources for place in on_gpus.values())
    together = [p.num_gpus for p in on_gpus.values() if "llm" in p.resources]
    assert len(together) == 3 and sum(together) <= 1, "one GPU holds a replica of each"


def test_a_profile_changes_another():
    cpu = read_profile({"base": "cpu"}, "here")
    changed = {"base": "cpu", "limits": {"sessions": 9}, "render": {"engine": "mesh"}}
    mine = read_profile(changed, "here")
    assert mine.limits.sessions == 9 and mine.limits.session_s == cpu.limits.session_s
    assert set(mine.placement) == set(cpu.placement) and mine.tts == cpu.tts
    with pytest.raises(InvalidRequest, match="there are: cpu, gpu, test"):
        read_profile({"base": "laptop"}, "here")
    with pytest.raises(InvalidRequest, match="sesions"):
        read_profile({"base": "cpu", "limits": {"sesions": 9}}, "here")


@pytest.fixture
def cluster(tmp_path):
    """A local cluster with what the chart gives the gateway's node."""
    import ray

    folders = {"PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    ray.init(
        address="local",
        _node_ip_address="127.0.0.1",
        include_dashboard=False,
        resources={"gateway": 1},
        object_store_memory=128 << 20,
        logging_level="ERROR",
        runtime_env={"env_vars": folders},
    )
    yield tmp_path
    ray.shutdown()


@pytest.mark.serve
@pytest.mark.filterwarnings("ignore")
def test_as_rendered_it_serves_a_turn(cluster):
    """All of it but the paths and the port, which are this machine's; a key is asked for."""
    from ray.serve._private.api import serve_start
    from ray.serve.schema import ServeDeploySchema

    config = serve_config("--set=profile.base=test")
    port, key = free_port(), cluster / "chart"
    key.write_text("ak_of_the_chart_in_its_secret\n")
    config["http_options"] |= {"host": "127.0.0.1", "port": port}
    (application,) = config["applications"]
    application["args"] |= {"data": str(cluster / "data"), "api_key_file": str(key)}
    application["runtime_env"]["env_vars"]["PROMETHEUS_MULTIPROC_DIR"] = str(cluster)
    client = serve_start(http_options=config["http_options"])
    client.deploy_apps(ServeDeploySchema.model_validate(config), _blocking=True)
    asyncio.run(talk(f"http://127.0.0.1:{port}"))


async def talk(url):
    await until_ready(url)
    with pytest.raises(RequestRefused, match="API key"), Rest(url) as stranger:
        stranger.speech("Hello there.", "tone")
    with Rest(url, "ak_of_the_chart_in_its_secret") as rest:
        pcm = rest.speech("Hello there.", "tone")
    async with open_session(Where(url, api_key="ak_of_the_chart_in_its_secret")) as session:
        turn = await ask(session, "Hello there.", pcm, timeout_s=60)
    assert turn.answer.status == "completed" and turn.answer.transcript


async def until_ready(url):
    async with httpx.AsyncClient() as http:
        for _ in range(600):
            if (await http.get(f"{url}/readyz")).status_code == 200:
                return
            await asyncio.sleep(0.2)
    raise AssertionError("never ready")
