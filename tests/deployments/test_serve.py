"""The same stages in this process and on Ray Serve: equal items, the same errors, and a stop."""

import asyncio
import os
import socket
import stat
import time
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from avatar_serving.config import Placement, Profile, load_profile
from avatar_serving.environment import Environment
from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Manner, Message, SpeechRequest
from deployments.ports import free_port
from pipelines.converse import ConverseStages, converse

pytestmark = [
    pytest.mark.serve,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore"),
]

CHAT = ChatRequest((Message("user", "Hello there. How are you today? Fine, I hope."),))
PLACED = ("llm", "tts", "animate")
SLOW_WORD_S = 0.05
WITH_PICKLES = ("/ray.serve.ASGIService/HandleRequest", "/ray.rpc.CoreWorkerService/PushTask")
"""What replicas and Ray's workers are called by."""


def placed_profile() -> Profile:
    """The test profile with every stage of a conversation on a replica of its own."""
    profile = load_profile("test")
    llm = profile.llm.model_copy(update={"word_s": SLOW_WORD_S})
    places = {name: Placement(num_cpus=0.1, max_ongoing_requests=1) for name in PLACED}
    return profile.model_copy(update={"llm": llm, "placement": places})


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    import ray
    from ray import serve

    from deployments.app import APP_NAME, build
    from deployments.serve import http_options, start_ray

    settings = Environment(profile="test", port=free_port(), data=tmp_path_factory.mktemp("data"))
    start_ray(str(tmp_path_factory.mktemp("metrics")))
    serve.start(http_options=http_options(settings))
    serve.run(build(placed_profile(), settings), name=APP_NAME, route_prefix="/")
    yield f"http://127.0.0.1:{settings.port}"
    # Serve's own shutdown wants the event loop of the handles, which is closed by now; the cluster
    # is ours alone and ends with all that runs in it.
    ray.shutdown()


def remote(name):
    from ray import serve

    from deployments.app import APP_NAME
    from deployments.stage import RemoteStage

    return RemoteStage(name, serve.get_deployment_handle(name, APP_NAME))


async def test_served_equals_inline(cluster):
    profile = placed_profile()
    inline = ConverseStages(profile.llm.build(), profile.tts.build(), profile.animate.build())
    served = ConverseStages(*(remote(name) for name in PLACED))
    manner = Manner("tone", seed=5)
    here = await collect(converse(inline, CHAT, manner))
    there = await collect(converse(served, CHAT, manner))
    assert len(here) == 3 and there == here


async def test_an_error_keeps_its_type(cluster):
    with pytest.raises(NotFound) as caught:
        await collect(remote("tts").run(SpeechRequest("Hello.", "nobody")))
    assert (caught.value.kind, caught.value.name) == ("voice", "nobody")
    with pytest.raises(InvalidRequest, match="nothing to answer"):
        await collect(remote("llm").run(ChatRequest(())))


async def test_closing_a_stream_stops_the_replica(cluster):
    """The replica takes one request at a time: a second is served soon only if the first ended."""
    llm = remote("llm")
    words = 2000
    long = ChatRequest((Message("user", "word " * words),), max_tokens=words)
    async with aclosing(llm.run(long)) as deltas:
        async for _ in deltas:
            break
    began = time.monotonic()
    *words_said, cost = await collect(llm.run(CHAT))
    assert len(words_said) == 9 and cost.answer == 9
    assert time.monotonic() - began < words * SLOW_WORD_S / 2


async def test_a_turn_through_the_ingress(cluster):
    import httpx
    from openai import AsyncOpenAI

    async with httpx.AsyncClient() as http:
        for _ in range(600):
            if (await http.get(cluster + "/readyz")).status_code == 200:
                break
            await asyncio.sleep(0.2)
    client = AsyncOpenAI(api_key="unused", base_url=cluster + "/v1")
    async with client.realtime.connect(model="default") as connection:
        text = {"type": "input_text", "text": "Say this aloud"}
        await connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": [text]}
        )
        await connection.response.create()
        kinds = []
        async with asyncio.timeout(60):
            async for event in connection:
                kinds.append(event.type)
                if event.type == "response.done":
                    break
    assert event.response.status == "completed"
    assert "response.output_audio.delta" in kinds
    async with httpx.AsyncClient() as http:
        found = (await http.get(cluster + "/v1/status")).json()
        (application,) = found["applications"]
        running = {part["name"]: part["replicas"] for part in application["deployments"]}
        assert running == {name: {"RUNNING": 1} for name in ("gateway", *PLACED)}
        assert "avatar_stage_seconds" in (await http.get(cluster + "/metrics")).text


async def test_nobody_else_on_the_machine_controls_the_proxy(cluster):
    """Ray's HAProxy obeys whoever can open its socket."""
    folder = Path(os.environ["RAY_SERVE_HAPROXY_SOCKET_PATH"]).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for _ in range(600):
        # Those of clusters that this process had before lie there too, and nobody hears them.
        if heard := [path for path in folder.rglob("admin.sock") if _listens(path)]:
            break
        await asyncio.sleep(0.2)
    assert len(heard) == 1


def _listens(path):
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(path)) == 0


async def test_replicas_obey_nobody_without_the_clusters_token(cluster):
    """What they are sent is unpickled, so whoever may send runs programs. Each listens twice, and
    the gateway's a third time, for HTTP."""
    import grpc

    places = list(_places_of_replicas())
    refused = [
        [method for method in WITH_PICKLES if _answer(grpc, port, method) == "UNAUTHENTICATED"]
        for _, port in places
    ]
    replicas = len(PLACED) + 1
    assert (len(places), sum(map(bool, refused))) == (2 * replicas + 1, 2 * replicas)
    open_ones = [place.ip for place, asks in zip(places, refused, strict=True) if not asks]
    assert open_ones == ["127.0.0.1"]


def _answer(grpc, port, method):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(grpc.RpcError) as error:
            channel.unary_unary(method)(b"", timeout=5)
        return error.value.code().name


def _places_of_replicas():
    """Where processes of this test's cluster listen. Ray brings psutil with it."""
    import psutil

    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has just ended
            if process.cmdline()[:1] and process.cmdline()[0].startswith("ray::ServeReplica"):
                for connection in process.net_connections("tcp"):
                    if connection.status == psutil.CONN_LISTEN:
                        yield connection.laddr
