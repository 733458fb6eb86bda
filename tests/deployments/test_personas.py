"""Templates and the characters of avatars, over HTTP; their rails in a conversation."""

import asyncio
import json

import pytest
import websockets

from avatar_serving.personas import find_persona
from tests.deployments.sockets import read_until, socket_url
from tests.deployments.test_rest import create, picture


def made(rest, **fields):
    return create(rest, picture(), **fields)[1][-1][1]["avatar"]


async def answer_to(url: str, avatar: str, text: str) -> str:
    typed = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    async with websockets.connect(socket_url(url, f"?avatar={avatar}")) as socket:
        await socket.send(json.dumps({"type": "conversation.item.create", "item": typed}))
        response = {"output_modalities": ["text"]}
        await socket.send(json.dumps({"type": "response.create", "response": response}))
        done = (await read_until(socket, "response.done"))[-1]
    return done["response"]["output"][0]["content"][0]["text"]


def test_the_templates_are_listed(rest):
    listed = rest.get("/v1/personas").json()
    assert {"companion", "shop_assistant", "storyteller"} <= {p["id"] for p in listed["data"]}
    assert all(set(p["persona"]) == set(p["greeting"]) == {"en", "zh"} for p in listed["data"])
    assert "politics" in {topic["name"] for topic in listed["topics"]}


async def test_a_template_gives_an_avatar_its_rails(rest, served):
    avatar = made(rest, template="shop_assistant", greeting="Welcome!", persona="You sell shoes.")
    assert (avatar["template"], avatar["greeting"]) == ("shop_assistant", "Welcome!")
    assert "competitors" in avatar["rails"]["topics"]
    refusal = find_persona("shop_assistant").rails.refusals["en"]
    assert await answer_to(served[1], avatar["id"], "Is it cheaper on Amazon?") == refusal
    assert await answer_to(served[1], avatar["id"], "Is it blue?") == "Is it blue?"
    rest.delete(f"/v1/avatars/{avatar['id']}")


async def test_a_character_can_be_changed(rest, served):
    avatar = made(rest)
    path = f"/v1/avatars/{avatar['id']}"
    change = {"persona": "You are a pirate.", "name": "Bo", "rails": {"topics": ["gambling"]}}
    changed = rest.patch(path, json=change).json()
    assert changed == {**avatar, **change}
    assert rest.get(path).json() == changed
    assert "rather not" in await answer_to(served[1], avatar["id"], "Where is a casino?")
    calmer = rest.patch(path, json={"template": "storyteller"}).json()
    assert (calmer["name"], calmer["template"]) == ("Bo", "storyteller")
    assert "violence" in calmer["rails"]["topics"] and "gambling" in calmer["rails"]["topics"]
    assert rest.patch(path, json={"template": ""}).json()["rails"] == {}
    rest.delete(path)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"voice": "nobody"}, 404),
        ({"template": "nobody"}, 404),
        ({"name": ""}, 400),
        ({"name": "fucker"}, 400),
        ({"persona": "x" * 9000}, 413),
        ({"greeting": "x" * 900}, 400),
        ({"rails": {"topics": ["nothing"]}}, 400),
        ({"id": "1"}, 400),
    ],
)
def test_a_wrong_change_is_refused(rest, change, status):
    avatar = made(rest)
    path = f"/v1/avatars/{avatar['id']}"
    answer = rest.patch(path, json=change)
    assert answer.status_code == status and answer.json()["error"]["message"]
    assert rest.get(path).json() == avatar
    rest.delete(path)


def test_nobody_cannot_be_changed(rest):
    assert rest.patch("/v1/avatars/" + "0" * 32, json={"name": "x"}).status_code == 404


async def first_words(url: str, query: str) -> str:
    async with websockets.connect(socket_url(url, query)) as socket:
        done = (await read_until(socket, "response.done"))[-1]
    return done["response"]["output"][0]["content"][0]["transcript"]


async def test_an_avatar_speaks_first_if_it_is_asked_to(rest, served):
    avatar = made(rest, greeting="Welcome to the shop!")
    query = f"?avatar={avatar['id']}&greet=1"
    assert await first_words(served[1], query) == "Welcome to the shop!"
    rest.patch(f"/v1/avatars/{avatar['id']}", json={"greeting": ""})
    assert await first_words(served[1], query) == "Hello! I'm Ada. What shall we talk about?"
    rest.delete(f"/v1/avatars/{avatar['id']}")


async def test_an_avatar_waits_otherwise(served):
    async with websockets.connect(socket_url(served[1])) as socket:
        await read_until(socket, "session.created")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read_until(socket, "response.created"), 0.5)
