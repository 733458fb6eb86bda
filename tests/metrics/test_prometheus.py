"""A real Prometheus scrapes a cluster of two nodes, and is asked what dashboards and rules ask."""

import asyncio
import json
import os
import subprocess
import time

import httpx
import pytest
import yaml

from avatar_serving.client import Rest, Where, ask, open_session
from avatar_serving.config import Placement, load_profile
from avatar_serving.environment import Environment
from avatar_serving.gpu_figures import Gpus
from avatar_serving.scaling import BySessions
from deployments.ports import free_port
from scripts.chart_tools import tool
from tests.chart.test_monitoring import dashboards, rules
from tests.chart.test_serve_config import until_ready

pytestmark = [pytest.mark.serve, pytest.mark.filterwarnings("ignore")]

TALKS = 4
QUIET = (
    "refused", "stage_errors", "stood_in", "blocked", "avatars_created", "resumes", "barge_in",
    "failed",
)  # fmt: skip
"""What a conversation without mishaps does not count."""


class Nodes:
    """Two nodes of one cluster on this machine: each with a folder of its own, a gateway, and the
    two addresses at which a pod of the chart is scraped."""

    def __init__(self, folder):
        from ray.cluster_utils import Cluster

        self.replicas = [free_port() for _ in range(2)]
        self.ray = [free_port() for _ in range(2)]
        arguments = [self._node(folder / str(number), number) for number in range(2)]
        head = {**arguments[0], "include_dashboard": False}
        self.cluster = Cluster(initialize_head=True, connect=False, head_node_args=head)
        self.cluster.add_node(**arguments[1])

    def _node(self, folder, number):
        folder.mkdir()
        place = f"127.0.0.1:{self.replicas[number]}"
        return {
            "num_cpus": 4,
            "resources": {"front": 1, f"node-{number}": 1},
            "object_store_memory": 128 << 20,
            "metrics_export_port": self.ray[number],
            "env_vars": {"PROMETHEUS_MULTIPROC_DIR": str(folder), "AVATAR_METRICS_ADDRESS": place},
        }


def _switch():
    """The package has Ray's switches, which Ray reads when it is imported."""
    import deployments

    assert deployments.__doc__


@pytest.fixture(scope="module")
def nodes(tmp_path_factory):
    _switch()
    import ray

    nodes = Nodes(tmp_path_factory.mktemp("nodes"))
    here = {"env_vars": {"PYTHONPATH": os.getcwd()}}
    ray.init(address=nodes.cluster.address, logging_level="ERROR", runtime_env=here)
    yield nodes
    ray.shutdown()
    nodes.cluster.shutdown()


@pytest.fixture(scope="module")
def service(nodes, tmp_path_factory):
    from ray import serve

    from deployments.app import APP_NAME, build
    from deployments.serve import http_options

    settings = Environment(profile="test", port=free_port(), data=tmp_path_factory.mktemp("data"))
    growing = BySessions(per_replica=1, warm=2)
    places = {
        "tts": Placement(num_cpus=0.1, resources={"node-1": 0.1}),
        "vlm": Placement(num_cpus=0.1, max_replicas=2, scaling=growing),
    }
    profile = load_profile("test").model_copy(
        update={"placement": places, "gateways": 2, "gateway_resources": {"front": 1}}
    )
    serve.start(proxy_location="HeadOnly", http_options=http_options(settings))
    serve.run(build(profile, settings), name=APP_NAME, route_prefix="/")
    return f"http://127.0.0.1:{settings.port}"


class Prometheus:
    """Scrapes every second what the chart's PodMonitors do every 15."""

    def __init__(self, program, folder, nodes):
        self.url = f"http://127.0.0.1:{free_port()}"
        quick = rules()
        for group in quick["groups"]:
            group["interval"] = "1s"
        (folder / "rules.yaml").write_text(yaml.safe_dump(quick))
        targets = [f"127.0.0.1:{port}" for port in (*nodes.replicas, *nodes.ray)]
        config = {
            "global": {"scrape_interval": "1s"},
            "rule_files": ["rules.yaml"],
            "scrape_configs": [
                {
                    "job_name": "avatar",
                    "static_configs": [{"targets": targets, "labels": {"namespace": "people"}}],
                }
            ],
        }
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
        self._process = subprocess.Popen([
            str(program), f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={folder / 'tsdb'}", "--log.level=error",
            f"--web.listen-address={self.url.removeprefix('http://')}",
        ])  # fmt: skip

    def ask(self, query):
        """``[(labels, value)]``; whatever Prometheus does not understand fails."""
        reply = httpx.get(f"{self.url}/api/v1/query", params={"query": query}, timeout=10)
        assert reply.status_code == 200, f"{query}: {reply.text}"
        return [(r["metric"], float(r["value"][1])) for r in reply.json()["data"]["result"]]

    def ask_until(self, query, within_s=60):
        """As soon as there is something: rates want two scrapes, and rules an evaluation after."""
        ends = time.monotonic() + within_s
        while not (found := self.ask(query)) and time.monotonic() < ends:
            time.sleep(0.5)
        return found

    def until(self, query, value, within_s=60):
        ends = time.monotonic() + within_s
        found = []
        while time.monotonic() < ends:
            found = self.ask(query) if self.ready() else []
            if [number for _, number in found] == [value]:
                return
            time.sleep(0.5)
        raise AssertionError(f"{query} is {found}, not {value}")

    def ready(self):
        try:
            return httpx.get(f"{self.url}/-/ready", timeout=10).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self):
        self._process.terminate()
        self._process.wait(20)


@pytest.fixture(scope="module")
def prometheus(nodes, service, tmp_path_factory):
    program = tool("prometheus")
    if program is None:
        pytest.skip("no Prometheus: python -m scripts.chart_tools fetches it")
    found = Prometheus(program, tmp_path_factory.mktemp("prometheus"), nodes)
    try:
        found.until("sum(up)", 4)
        asyncio.run(talks(service))
        found.until("sum(avatar_turns_total)", TALKS)
        found.until("sum(avatar_client_answers_total)", TALKS)
        found.until("sum(avatar_sessions)", 0)
        yield found
    finally:
        found.stop()


async def talks(url):
    await until_ready(url)
    with Rest(url) as rest:
        pcm = rest.speech("Hello there.", "tone")
    for _ in range(TALKS // 2):
        async with open_session(Where(url)) as one, open_session(Where(url)) as other:
            turns = await asyncio.gather(
                *(ask(session, "Hello there.", pcm, timeout_s=60) for session in (one, other))
            )
        assert [turn.answer.status for turn in turns] == ["completed"] * 2


def test_every_replica_of_every_node_is_scraped_once(prometheus, nodes):
    """Each node has a gateway; the second one also makes the speech, for both."""
    first, second = (f"127.0.0.1:{port}" for port in nodes.replicas)
    loaded = prometheus.ask('avatar_loading_seconds_count{step="build"}')
    made = {(labels["instance"], labels["stage"]): count for labels, count in loaded}
    assert made[first, "llm"] == made[second, "llm"] == 1
    assert made[second, "tts"] == 1 and (first, "tts") not in made
    waits = prometheus.ask('avatar_queue_wait_seconds_count{stage="tts"}')
    assert [labels["instance"] for labels, _ in waits] == [second]
    assert prometheus.ask("sum(avatar_voice_to_voice_seconds_count)")[0][1] == TALKS


def panels():
    for board in dashboards():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield pytest.param(target["expr"], id=f"{panel['title']}, {target['refId']}")


def quiet(query):
    return any(word in query for word in QUIET)


@pytest.mark.parametrize("query", panels())
def test_a_panel_shows_something(prometheus, query):
    query = query.replace("$namespace", "people")
    understood = prometheus.ask(query)
    if "avatar_gpu_" in query and not list(Gpus().collect()):
        pytest.skip("understood, but without a GPU there is nothing to show")
    assert understood or quiet(query) or prometheus.ask_until(query), f"nothing for {query}"


def test_every_recording_rule_records(prometheus):
    reply = httpx.get(f"{prometheus.url}/api/v1/rules", timeout=10).json()
    found = [rule for group in reply["data"]["groups"] for rule in group["rules"]]
    assert {rule["health"] for rule in found} == {"ok"}, json.dumps(found, indent=1)
    recorded = [rule["name"] for rule in found if rule["type"] == "recording"]
    assert len(recorded) >= 9
    for name in recorded:
        assert prometheus.ask_until(name), f"nothing recorded as {name}"
    assert not [rule["name"] for rule in found if rule.get("state") == "firing"]
