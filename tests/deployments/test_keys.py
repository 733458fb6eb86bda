"""What a key opens: by its scopes, by its owner, and how often."""

import json

import httpx
import pytest
import websockets
from fastapi.routing import APIRoute

from avatar_serving.avatars.plain import plain_package
from avatar_serving.config import load_profile
from avatar_serving.limits import Limits
from avatar_serving.store import SCOPES
from deployments.guard import scope_of
from tests.avatars.pictures import colourful
from tests.deployments.serving import gateway
from tests.deployments.sockets import read_until, socket_url
from tests.store.packages import small_package

PUBLIC = {"/healthz", "/readyz", "/metrics", "/docs", "/v1/{path:path}"}


@pytest.fixture(scope="module")
def locked(tmp_path_factory):
    with gateway(tmp_path_factory.mktemp("locked"), api_key_required=True) as (services, url):
        yield services, url


def client(locked, label, *args, **options):
    services, url = locked
    key = services.store.create_key(label, *args, **options)
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=120)


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_every_route_wants_a_key(locked):
    services, url = locked
    from deployments.gateway import create_app

    routes = [r for r in create_app(services).routes if isinstance(r, APIRoute)]
    closed = [r for r in routes if r.path not in PUBLIC]
    assert len(closed) > 30
    with httpx.Client(base_url=url) as anybody:
        for route in closed:
            path = route.path.replace("{", "").replace("}", "")
            for method in route.methods or ():
                assert anybody.request(method, path).status_code == 401, (method, path)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/v1/avatars/x/package", "read"),
        ("GET", "/v1/models", "read"),
        ("POST", "/v1/realtime/client_secrets", "talk"),
        ("POST", "/v1/chat/completions", "talk"),
        ("POST", "/v1/audio/speech", "talk"),
        ("POST", "/v1/avatars", "create"),
        ("DELETE", "/v1/avatars/x", "create"),
        ("POST", "/v1/videos", "create"),
        ("POST", "/v1/something-new", "create"),
        ("GET", "/v1/memories", "memories"),
        ("DELETE", "/v1/memories/x", "memories"),
    ],
)
def test_a_call_has_a_scope(method, path, scope):
    assert scope_of(method, path) == scope


CALLS = {
    "read": ("GET", "/v1/avatars"),
    "talk": ("POST", "/v1/realtime/client_secrets"),
    "create": ("DELETE", "/v1/avatars/" + "0" * 32),
    "memories": ("GET", "/v1/memories?user=ann"),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_opens_its_scope_alone(locked, scope):
    with client(locked, f"only {scope}", [scope]) as one:
        for other, (method, path) in CALLS.items():
            answer = one.request(method, path, json={} if method == "POST" else None)
            if other == scope:
                assert answer.status_code in (200, 404), answer.text
            else:
                assert code(answer) == (403, "forbidden")
                assert f"it may: {scope}" in answer.json()["error"]["message"]


async def test_a_socket_needs_a_key_that_may_talk(locked):
    services, url = locked
    key = services.store.create_key("reader", ["read"])
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(
            socket_url(url), additional_headers={"Authorization": f"Bearer {key}"}
        )
    assert refused.value.response.status_code == 403


def test_a_secret_opens_no_rest_call(locked):
    with client(locked, "maker") as maker:
        secret = maker.post("/v1/realtime/client_secrets", json={}).json()["value"]
        bearer = {"Authorization": f"Bearer {secret}"}
        assert maker.get("/v1/avatars", headers=bearer).status_code == 401


def test_one_owners_avatars_are_not_anothers(locked):
    services, _ = locked
    house = services.store.add_avatar(small_package("house"))
    with (
        client(locked, "a", owner="a") as a,
        client(locked, "b", owner="b") as b,
        client(locked, "operator") as operator,
    ):
        files = {"file": ("a.zip", plain_package(colourful()))}
        asked = {"name": "Of A", "consent": {"agreed": True, "statement": "It is me."}}
        made = a.post("/v1/avatars/import", files=files, data={"request": json.dumps(asked)})
        assert made.status_code == 200, made.text
        path = f"/v1/avatars/{made.json()['id']}"
        assert "owner" not in made.json()
        for part in ("", "/package", "/thumbnail", "/export?format=glb"):
            assert code(b.get(path + part)) == (404, "not_found")
        assert code(b.patch(path, json={"name": "Mine"})) == (404, "not_found")
        assert code(b.delete(path)) == (404, "not_found")
        assert code(b.post("/v1/videos", json={"avatar": made.json()["id"], "text": "Hi."})) == (
            404,
            "not_found",
        )
        names = {who: _names(c) for who, c in (("a", a), ("b", b), ("operator", operator))}
        assert names["a"] >= {"Of A", "house"} and "Of A" not in names["b"]
        assert names["operator"] >= {"Of A", "house"}
        assert code(a.delete(f"/v1/avatars/{house.id}")) == (403, "forbidden")
        assert a.get(path).status_code == 200
        assert operator.delete(path).status_code == 200


def _names(client):
    return {row["name"] for row in client.get("/v1/avatars").json()["data"]}


async def test_nobody_talks_to_another_owners_avatar(locked):
    services, url = locked
    row = services.store.add_avatar(small_package("private"), owner="a")
    for owner, opens in (("a", True), ("b", False), ("", True)):
        key = services.store.create_key(f"talker {owner}", owner=owner)
        headers = {"Authorization": f"Bearer {key}"}
        address = socket_url(url, f"?avatar={row.id}")
        async with websockets.connect(address, additional_headers=headers) as socket:
            first = json.loads(await socket.recv())
            assert (first["type"] == "session.created") == opens
            if not opens:
                assert first["error"]["code"] == "not_found"


def test_users_of_two_owners_may_have_one_name(locked):
    with client(locked, "ma", owner="a") as a, client(locked, "mb", owner="b") as b:
        told = {"user": "ann", "text": "I keep bees"}
        row = a.post("/v1/memories", json=told).json()
        assert row["user"] == "ann"
        assert [m["text"] for m in a.get("/v1/memories?user=ann").json()["data"]] == [row["text"]]
        assert b.get("/v1/memories?user=ann").json()["data"] == []
        path = f"/v1/memories/{row['id']}?user=ann"
        assert code(b.patch(path, json={"text": "I keep wasps"})) == (404, "not_found")
        assert code(b.delete(path)) == (404, "not_found")
        assert b.delete("/v1/memories?user=ann").json()["deleted"] == 0
        with client(locked, "house") as house:
            name = "a\x1fann"
            assert house.get("/v1/memories", params={"user": name}).json()["data"] == []
        assert a.delete(path).status_code == 200


async def test_a_session_remembers_the_users_of_its_owner(locked):
    services, url = locked
    key = services.store.create_key("talks", owner="a")
    headers = {"Authorization": f"Bearer {key}"}
    async with websockets.connect(socket_url(url), additional_headers=headers) as socket:
        patch = {"avatar": {"user": "bob", "remember": True}}
        await socket.send(json.dumps({"type": "session.update", "session": patch}))
        await read_until(socket, "session.updated")
        text = {"type": "input_text", "text": "My name is Bob."}
        item = {"type": "message", "role": "user", "content": [text]}
        await socket.send(json.dumps({"type": "conversation.item.create", "item": item}))
        await read_until(socket, "conversation.item.done")
        await socket.send(json.dumps({"type": "input_audio_buffer.clear"}))
        await read_until(socket, "input_audio_buffer.cleared")
    assert services.memories.of("bob") == []
    assert services.memories.within("b").of("bob") == []
    assert [row.user for row in services.memories.within("a").of("bob")] == ["bob"]


@pytest.fixture
def narrow(tmp_path):
    limits = Limits(key_requests=5, key_sessions=1)
    profile = load_profile("test").model_copy(update={"limits": limits})
    with gateway(tmp_path, profile, api_key_required=True) as (services, url):
        yield services, url


def test_too_many_requests_are_told_when_to_come_back(narrow):
    with client(narrow, "busy") as busy, client(narrow, "calm") as calm:
        answers = [busy.get("/v1/avatars") for _ in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        left = [a.headers["x-ratelimit-remaining-requests"] for a in answers[:5]]
        assert left == ["4", "3", "2", "1", "0"]
        assert code(answers[5]) == (429, "rate_limit_exceeded")
        assert 1 <= int(answers[5].headers["retry-after"]) <= 12
        assert calm.get("/v1/avatars").status_code == 200


async def test_too_many_sessions_of_one_key_are_refused(narrow):
    services, url = narrow
    bearer = {"Authorization": f"Bearer {services.store.create_key('phone')}"}
    async with websockets.connect(socket_url(url), additional_headers=bearer) as first:
        await read_until(first, "session.created")
        async with websockets.connect(socket_url(url), additional_headers=bearer) as second:
            error = json.loads(await second.recv())["error"]
            assert error["code"] == "rate_limit_exceeded"
            assert "limits.key_sessions" in error["message"]
            await second.wait_closed()
            assert second.close_code == 1013
