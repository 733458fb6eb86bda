"""The policy as Ray Serve calls it, and replicas that come and go under real streams."""

import asyncio
import time

import pytest

from avatar_serving.config import Placement, load_profile
from avatar_serving.media import ChatRequest, Message
from avatar_serving.scaling import ByQueueWait, BySessions

BUSY = Placement(
    num_cpus=0.1,
    max_replicas=3,
    max_ongoing_requests=8,
    scaling=BySessions(per_replica=2, down_delay_s=2, window_s=2),
)
WORD_S = 0.05


def context(requests, waiting, said, asked=2, running=2):
    from ray.serve._private.common import DeploymentID
    from ray.serve.config import AutoscalingContext

    replicas = [f"replica {number}" for number in range(running)]
    return AutoscalingContext(
        deployment_id=DeploymentID("tts"),
        deployment_name="tts",
        app_name="avatar",
        current_num_replicas=running,
        target_num_replicas=asked,
        running_replicas=replicas,
        total_num_requests=requests,
        total_queued_requests=waiting,
        aggregated_metrics={
            name: dict(zip(replicas, values, strict=False)) for name, values in said.items()
        },
        raw_metrics=None,
        capacity_adjusted_min_replicas=1,
        capacity_adjusted_max_replicas=9,
        policy_state={},
        last_scale_up_time=None,
        last_scale_down_time=None,
        current_time=100.0,
        config=None,
    )


def test_what_ray_says_becomes_an_observation():
    from deployments.scaling import observe

    stage = observe(context(9, 4, {"busy_s": [1, 3], "late": [0.1, 0.3]}), places=2)
    assert (stage.asked, stage.running, stage.load) == (2, 2, 9)
    assert stage.wait_s == pytest.approx(4 * 2 / 4) and stage.late == pytest.approx(0.2)
    gateway = observe(context(70, 0, {"sessions": [3, 4]}), places=8)
    assert gateway.load == 7 and gateway.wait_s == 0
    assert observe(context(0, 0, {}, running=0), places=8).load == 0


def test_a_placement_names_the_policy():
    from ray.serve.config import AutoscalingConfig

    from deployments.scaling import StagePolicy, autoscaling

    scaling = ByQueueWait(signal="queue_wait", up_delay_s=0)
    config = AutoscalingConfig(**autoscaling(Placement(max_replicas=9, scaling=scaling)))
    assert (config.upscale_delay_s, config.downscale_delay_s) == (0, 0)
    made = config.policy.get_policy()(**config.policy.policy_kwargs)
    assert type(made).__name__ == StagePolicy.__name__
    replicas, _ = made(context(40, 24, {"busy_s": [1, 1]}))
    assert replicas == 5  # forty requests at eight a replica


@pytest.fixture
def cluster(tmp_path):
    import ray
    from ray import serve

    from deployments.serve import start_ray
    from deployments.stage import deploy

    start_ray(str(tmp_path))
    echo = load_profile("test").llm.model_copy(update={"word_s": WORD_S})
    serve.run(deploy("llm", echo, BUSY), name="busy", route_prefix=None)
    yield
    ray.shutdown()


def replicas():
    from ray import serve

    (llm,) = serve.status().applications["busy"].deployments.values()
    return llm.replica_states.get("RUNNING", 0)


async def until(count, limit_s):
    ends = time.monotonic() + limit_s
    while replicas() != count:
        assert time.monotonic() < ends, f"{replicas()} replicas, not {count}"
        await asyncio.sleep(0.3)


async def words(stage, count):
    """Everything but the cost."""
    chat = ChatRequest((Message("user", "word " * count),), max_tokens=count)
    return len([delta async for delta in stage.run(chat)]) - 1


@pytest.mark.serve
@pytest.mark.filterwarnings("ignore")
async def test_replicas_come_with_streams_and_go_without_cutting_one(cluster):
    from ray import serve

    from deployments.stage import RemoteStage

    stage = RemoteStage("llm", serve.get_deployment_handle("llm", "busy"))
    assert replicas() == 1
    crowd = [asyncio.create_task(words(stage, 800)) for _ in range(6)]
    await until(3, 30)
    later = [asyncio.create_task(words(stage, 400)) for _ in range(2)]
    await asyncio.sleep(1)
    for stream in crowd:
        stream.cancel()
    await until(1, 40)
    assert await asyncio.gather(*later) == [400, 400]
