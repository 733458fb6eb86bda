"""The openai engine for pictures, against a server of our own."""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from avatar_serving.errors import Overloaded, StageFailed
from avatar_serving.flow import collect
from avatar_serving.images import decode, from_array
from avatar_serving.media import Description, DrawingPrompt, Glance
from avatar_serving.stages.vlm.openai import OpenAiVlmConfig
from pipelines.create_avatar import describe
from pipelines.look import look
from tests.vlm.test_look import BLUE, bands

PICTURE = from_array(bands(BLUE, height=300, width=200))
FORM = {
    "subject": "a woman",
    "age": "about thirty",
    "hair": "long dark hair",
    "clothing": "a blue coat",
    "expression": "a smile",
    "style": "photograph",
    "background": "a wall",
    "suitability": "good",
    "reason": "one face, sharp",
    "sentence": "A woman in a blue coat smiles.",
    "prompt_en": "portrait of a woman in a blue coat",
    "negative_en": "blurry",
    "prompt_zh": "穿蓝色外套的女士肖像",
    "negative_zh": "模糊",
}


class Server:
    def __init__(self, said: str, status: str = "200 OK") -> None:
        self.asked: list[dict] = []
        self._said = said
        self._status = status

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.asked.append(json.loads(await reader.readexactly(length)))
        message = {"role": "assistant", "content": self._said}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        whole = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
        body = json.dumps(whole | {"choices": [choice]}).encode()
        status = f"HTTP/1.1 {self._status}\r\ncontent-type: application/json\r\n"
        writer.write(f"{status}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode())
        writer.write(body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def engine(server: Server, **options: object) -> AsyncGenerator[OpenAiVlmConfig, None]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    where = {"base_url": f"http://127.0.0.1:{port}/v1", "model": "m", "api_key_env": ""}
    async with listener:
        yield OpenAiVlmConfig.model_validate({**where, "retries": 0, **options})


async def test_a_portrait_becomes_facts_and_prompts() -> None:
    server = Server(json.dumps(FORM))
    async with engine(server, longest_px=150) as config:
        (seen,) = await collect(config.build().run(PICTURE))
    facts = dict(seen.facts)
    assert facts["hair"] == "long dark hair" and facts["suitability"] == "good: one face, sharp"
    assert seen.text == FORM["sentence"]
    assert seen.prompts[1] == DrawingPrompt("zh", "穿蓝色外套的女士肖像", "模糊")
    (asked,) = server.asked
    assert set(asked["response_format"]["json_schema"]["schema"]["required"]) == set(FORM)
    url = asked["messages"][0]["content"][0]["image_url"]["url"]
    shown = decode(base64.b64decode(url.partition(",")[2]))
    assert (shown.width, shown.height) == (100, 150)


async def test_what_a_model_wrote_is_not_written_again() -> None:
    class Nobody:
        async def run(self, _):
            raise AssertionError("the language model is not asked")
            yield ""

    async with engine(Server(json.dumps(FORM))) as config:
        seen = await describe(config.build(), Nobody(), PICTURE)
    assert isinstance(seen, Description) and seen.text == FORM["sentence"]


async def test_a_camera_frame_is_told_in_a_sentence() -> None:
    server = Server("A blue  picture.\n")
    async with engine(server) as config:
        assert await look(config.build(), PICTURE, sees=config.sees) == "A blue picture."
        await collect(config.build().run(Glance(PICTURE, "Is it blue?")))
    first, second = server.asked
    assert "response_format" not in first
    assert second["messages"][0]["content"][1]["text"] == "Is it blue?"


@pytest.mark.parametrize("said", ["I see a woman.", json.dumps({**FORM, "suitability": "great"})])
async def test_a_form_that_is_not_filled_in_is_an_error(said: str) -> None:
    async with engine(Server(said)) as config:
        with pytest.raises(StageFailed, match="form is wrong"):
            await collect(config.build().run(PICTURE))


async def test_a_busy_server_may_be_asked_again() -> None:
    async with engine(Server("", "429 Too Many Requests")) as config:
        with pytest.raises(Overloaded):
            await collect(config.build().run(PICTURE))


def test_without_a_key_it_says_where_it_belongs() -> None:
    with pytest.raises(StageFailed, match="vlm.*NO_SUCH_KEY"):
        OpenAiVlmConfig(model="m", api_key_env="NO_SUCH_KEY").build()
