"""The language model of a session: by the address, by a client secret, refused by name."""

import json

import httpx
import pytest
import websockets

from avatar_serving.config import Profile, load_profile
from tests.deployments.serving import gateway
from tests.deployments.sockets import read_until, socket_url
from tests.deployments.test_rest import create, picture

CHOICES = [
    {"name": "plain", "llm": {"engine": "echo"}},
    {
        "name": "wordy",
        "about": "Likes to talk.",
        "personas": ["storyteller"],
        "llm": {"engine": "echo", "prefix": "Well now, "},
    },
]


@pytest.fixture(scope="module")
def two_models(tmp_path_factory):
    options = load_profile("test").model_dump() | {
        "llm": {"engine": "by_model", "choices": CHOICES}
    }
    with gateway(tmp_path_factory.mktemp("data"), Profile.model_validate(options)) as (_, url):
        yield url


async def answer_of(url: str, query: str, **headers: str) -> tuple[str, str]:
    """The session's model, and what it answers."""
    typed = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]}
    async with websockets.connect(socket_url(url, query), additional_headers=headers) as socket:
        created = (await read_until(socket, "session.created"))[-1]
        await socket.send(json.dumps({"type": "conversation.item.create", "item": typed}))
        response = {"output_modalities": ["text"]}
        await socket.send(json.dumps({"type": "response.create", "response": response}))
        done = (await read_until(socket, "response.done"))[-1]
    return created["session"]["model"], done["response"]["output"][0]["content"][0]["text"]


async def test_the_address_chooses(two_models):
    assert await answer_of(two_models, "?model=wordy") == ("wordy", "Well now, Hi.")
    assert await answer_of(two_models, "?model=gpt-realtime") == ("plain", "Hi.")
    assert await answer_of(two_models, "") == ("plain", "Hi.")


async def test_an_avatar_speaks_by_the_model_of_its_persona(two_models):
    with httpx.Client(base_url=two_models, timeout=30) as rest:
        avatar = create(rest, picture(), template="storyteller")[1][-1][1]["avatar"]["id"]
    assert await answer_of(two_models, f"?avatar={avatar}") == ("wordy", "Well now, Hi.")
    assert await answer_of(two_models, f"?avatar={avatar}&model=plain") == ("plain", "Hi.")


async def test_a_secret_chooses_before_the_address(two_models):
    wish = {"session": {"type": "realtime", "model": "wordy"}}
    made = httpx.post(two_models + "/v1/realtime/client_secrets", json=wish).json()
    assert made["session"]["model"] == "wordy"
    key = f"Bearer {made['value']}"
    assert (await answer_of(two_models, "?model=plain", Authorization=key))[0] == "wordy"


async def test_an_unknown_model_is_refused_by_name(two_models):
    async with websockets.connect(socket_url(two_models, "?model=nobody")) as socket:
        error = (await read_until(socket, "error"))[-1]["error"]
    assert error["code"] == "model_not_found" and "plain, wordy" in error["message"]
    wish = {"session": {"type": "realtime", "model": "nobody"}}
    refused = httpx.post(two_models + "/v1/realtime/client_secrets", json=wish)
    assert (refused.status_code, refused.json()["error"]["param"]) == (404, "model")


def test_the_list_has_the_descriptions(two_models):
    listed = httpx.get(two_models + "/v1/models").json()["data"]
    assert [(m["id"], m["about"], m["default"]) for m in listed] == [
        ("plain", "", True),
        ("wordy", "Likes to talk.", False),
    ]
    assert all(m["object"] == "model" and m["remote"] is False for m in listed)
