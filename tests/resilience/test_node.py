"""A node is lost with the gateway on it: its sessions go on at the other."""

import asyncio
import contextlib
import logging

import pytest

from avatar_serving.config import load_profile
from avatar_serving.environment import Environment
from deployments.ports import free_port
from tests.resilience.service import Service, talker

pytestmark = [pytest.mark.serve, pytest.mark.filterwarnings("ignore")]

TALKERS = 8


@pytest.fixture
def two_nodes(tmp_path):
    """The service on two nodes of this machine, a gateway on each, and the node to be lost."""
    import ray
    from ray import serve
    from ray.cluster_utils import Cluster

    import deployments
    from deployments.serve import http_options

    assert deployments
    options = {"num_cpus": 1, "object_store_memory": 100 << 20}
    (tmp_path / "metrics").mkdir()
    cluster = Cluster(initialize_head=True, head_node_args={**options, "include_dashboard": False})
    other = cluster.add_node(**options)
    env = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"), "PYTHONPATH": "."}
    try:
        cluster.wait_for_nodes()
        ray.init(
            address=cluster.address, logging_level=logging.ERROR, runtime_env={"env_vars": env}
        )
        settings = Environment(profile="test", port=free_port(), data=tmp_path / "data")
        serve.start(http_options=http_options(settings), proxy_location="HeadOnly")
        profile = load_profile("test").model_copy(update={"gateways": 2})
        running = Service(profile, settings, f"http://127.0.0.1:{settings.port}")
        running.deploy(cluster=True)
        yield running, lambda: cluster.remove_node(other, allow_graceful=False)
    finally:
        ray.shutdown()
        cluster.shutdown()


async def test_a_node_is_lost(two_nodes):
    running, lose = two_nodes
    await running.ready()
    assert len(running.nodes("gateway")) == 2, "one gateway on each node"
    async with contextlib.AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(talker(running.url, f"n{i}")) for i in range(TALKERS)
        ]
        await asyncio.gather(*(one.turn(3) for one in people))
        await asyncio.sleep(1)
        talking = [asyncio.create_task(one.turn(12)) for one in people]
        await asyncio.sleep(1)
        await asyncio.to_thread(lose)
        await asyncio.gather(*talking)
        await asyncio.gather(*(one.turn(3) for one in people))
        moved = sum(one.client.resumed for one in people)
        for one in people:
            mine, theirs = await one.history()
            assert mine == one.said
            assert set(" ".join(one.said).split()) <= set(theirs.split())
    print(f"{moved} of {TALKERS} sessions lost their gateway")
