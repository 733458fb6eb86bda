"""The policy as Ray Serve calls it, and replicas that come and go under real streams."""

import asyncio
import time

import pytest
from pydantic import ValidationError

from avatar_serving.client import Where, open_session
from avatar_serving.config import Placement, Profile, load_profile
from avatar_serving.environment import Environment
from avatar_serving.errors import Overloaded
from avatar_serving.media import ChatRequest, Message
from avatar_serving.scaling import ByQueueWait, BySessions, GatewayScaling
from avatar_serving.scaling.policy import Bounds
from deployments.ports import free_port

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
    gateway = observe(context(70, 0, {"sessions": [3, 4], "turned_away": [0, 2]}), places=8)
    assert gateway.load == 9 and gateway.wait_s == 0
    assert observe(context(0, 0, {}, running=0), places=8).load == 0


def test_a_placement_names_the_policy():
    from ray.serve.config import AutoscalingConfig

    from deployments.scaling import ReplicaPolicy, autoscaling

    scaling = ByQueueWait(signal="queue_wait", up_delay_s=0)
    config = AutoscalingConfig(**autoscaling(scaling, 8, Bounds(1, 9)))
    assert (config.upscale_delay_s, config.downscale_delay_s) == (0, 0)
    made = config.policy.get_policy()(**config.policy.policy_kwargs)
    assert type(made).__name__ == ReplicaPolicy.__name__
    replicas, _ = made(context(40, 24, {"busy_s": [1, 1]}))
    assert replicas == 5  # forty requests at eight a replica


def test_gateways_need_room_between_their_bounds():
    profile = load_profile("test").model_dump()
    with pytest.raises(ValidationError, match="gateways is over"):
        Profile.model_validate(profile | {"gateways": 3, "gateway_scaling": {"most": 2}})


def test_a_gateway_counts_whom_it_turned_away_lately():
    from deployments.gateway_load import GatewayLoad
    from deployments.services import Slots

    now = [0.0]
    slots = Slots("sessions", 1, retry_after_s=10)
    load = GatewayLoad(slots, lambda: now[0])
    with slots.reserve():
        for second in range(4):
            now[0] = second
            with pytest.raises(Overloaded):
                slots.check()
            assert load.stats() == {"sessions": 1, "turned_away": second + 1}
    now[0] = 12.5
    assert load.stats() == {"sessions": 0, "turned_away": 1}
    now[0] = 30
    assert load.stats()["turned_away"] == 0


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


def running(application, deployment):
    from ray import serve

    found = serve.status().applications[application].deployments[deployment]
    return found.replica_states.get("RUNNING", 0)


async def until(count, limit_s, application="busy", deployment="llm"):
    ends = time.monotonic() + limit_s
    while (now := running(application, deployment)) != count:
        assert time.monotonic() < ends, f"{now} replicas, not {count}"
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
    assert running("busy", "llm") == 1
    crowd = [asyncio.create_task(words(stage, 2400)) for _ in range(6)]
    await until(3, 90)
    later = [asyncio.create_task(words(stage, 400)) for _ in range(2)]
    await asyncio.sleep(1)
    for stream in crowd:
        stream.cancel()
    await until(1, 90)
    assert await asyncio.gather(*later) == [400, 400]


@pytest.fixture
def gateways(tmp_path):
    """Each has room for two sessions."""
    import ray
    from ray import serve

    from deployments.app import build
    from deployments.serve import http_options, start_ray

    (tmp_path / "metrics").mkdir()
    start_ray(str(tmp_path / "metrics"))
    settings = Environment(profile="test", port=free_port(), data=tmp_path)
    scaling = GatewayScaling(most=2, warm=1, down_delay_s=2, window_s=2)
    profile = load_profile("test")
    limits = profile.limits.model_copy(update={"sessions": 2})
    changes = {"gateway_scaling": scaling, "limits": limits, "gateway_cpus": 0.1}
    serve.start(http_options=http_options(settings))
    serve.run(build(profile.model_copy(update=changes), settings), name="avatar", route_prefix="/")
    yield f"http://127.0.0.1:{settings.port}"
    ray.shutdown()


@pytest.mark.serve
@pytest.mark.filterwarnings("ignore")
async def test_gateways_come_with_sessions(gateways):
    assert running("avatar", "gateway") == 1
    where = Where(gateways)
    async with open_session(where), open_session(where):
        await until(2, 90, "avatar", "gateway")
    await until(1, 90, "avatar", "gateway")
