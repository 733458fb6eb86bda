"""The real vLLM with a small real model: one engine for all tests of this file."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
import pytest

from avatar_serving.errors import EngineLost, InvalidRequest, StageFailed
from avatar_serving.exposition import exposition
from avatar_serving.flow import collect
from avatar_serving.media import ChatDelta, ChatRequest, Message, Tokens, Tool, ToolCall
from avatar_serving.stages.llm.vllm_chat import VllmConfig, VllmLlm
from avatar_serving.vllm_options import Adapter
from tests.folder_weights import Shelf
from tests.vllm.lacking_memory import ASKED, as_plugin

pytestmark = pytest.mark.asyncio(loop_scope="module")
TOOL = Tool("clock", "Tells the time", '{"type": "object", "properties": {}}')


@pytest.fixture(scope="module")
def lacking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Once this file is there, the engine lacks memory."""
    folder = tmp_path_factory.mktemp("plugin")
    as_plugin(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv(ASKED, str(folder / "lacking"))
        yield folder / "lacking"


@pytest.fixture(scope="module")
async def llm(
    shelf: Shelf, smollm2: Path, adapter: Path, lacking: Path, one_process: None
) -> AsyncIterator[VllmLlm]:
    shelf.put(**{"smollm2": smollm2, "other-lora": adapter})
    config = VllmConfig(
        model="smollm2",
        context=1024,
        parallel=1,
        dtype="float32",
        cache_bytes=128 << 20,
        eager=True,
        adapters=(Adapter(name="other", weights="other-lora"),),
        adapter_rank=8,
        adapters_at_once=1,
        timeout_s=120,
    )
    made = await asyncio.to_thread(config.build)
    await made.warm()
    yield made
    made.close()


def asked(text: str = "What is the capital of France?", **more: object) -> ChatRequest:
    options: dict[str, object] = {"max_tokens": 16, "temperature": 0.0, **more}
    return ChatRequest((Message("user", text),), **options)  # type: ignore[arg-type]


def said(deltas: list[ChatDelta]) -> str:
    return "".join(delta for delta in deltas if isinstance(delta, str))


async def test_an_answer_comes_in_pieces_with_its_cost(llm: VllmLlm) -> None:
    deltas = await collect(llm.run(asked()))
    assert "Paris" in said(deltas)
    assert len(deltas) > 4
    cost = deltas[-1]
    assert isinstance(cost, Tokens)
    assert cost.answer <= 16 and cost.prompt > 20
    assert cost.complete == (cost.answer < 16)


async def test_it_goes_on_with_what_was_begun(llm: VllmLlm) -> None:
    begun = (*asked("Count to ten in words.").messages, Message("assistant", "One, two, three,"))
    chat = ChatRequest(begun, max_tokens=8, temperature=0.0, goes_on=True)
    assert said(await collect(llm.run(chat))).startswith(" four")


async def test_closing_frees_the_slot(llm: VllmLlm) -> None:
    """The engine answers one at a time here: the next would wait for what goes on."""
    async with aclosing(llm.run(asked("Tell me a long story.", max_tokens=600))) as deltas:
        await anext(deltas)
    async with asyncio.timeout(30):
        assert said(await collect(llm.run(asked(max_tokens=4))))
    assert llm.engine.waiting == 0


async def test_what_was_read_is_not_read_again(llm: VllmLlm) -> None:
    text = "Remember this. " + "The museum opens at nine and closes at five. " * 40
    first = await collect(llm.run(asked(text, max_tokens=2)))
    again = await collect(llm.run(asked(text, max_tokens=2)))
    assert isinstance(first[-1], Tokens) and isinstance(again[-1], Tokens)
    assert again[-1].cached > 256 > first[-1].cached


async def test_an_answer_keeps_to_a_form(llm: VllmLlm) -> None:
    shape = {
        "type": "object",
        "properties": {"city": {"type": "string", "maxLength": 12}, "big": {"type": "boolean"}},
        "required": ["city", "big"],
        "additionalProperties": False,
    }
    form = json.loads(said(await collect(llm.run(asked(schema=json.dumps(shape), max_tokens=60)))))
    assert set(form) == {"city", "big"} and isinstance(form["big"], bool)
    one = said(await collect(llm.run(asked(choices=("Lyon", "Paris")))))
    assert one in ("Lyon", "Paris")


async def test_a_function_is_called(llm: VllmLlm) -> None:
    wanted = asked("What time is it?", tools=(TOOL,), tool_choice="clock", max_tokens=60)
    calls = [d for d in await collect(llm.run(wanted)) if isinstance(d, ToolCall)]
    assert [call.name for call in calls] == ["clock"]
    assert isinstance(json.loads(calls[0].arguments), dict)


async def test_a_character_has_its_own_adapter(llm: VllmLlm) -> None:
    plain = said(await collect(llm.run(asked())))
    other = said(await collect(llm.run(asked(adapter="other"))))
    assert other and other != plain
    assert said(await collect(llm.run(asked()))) == plain
    with pytest.raises(InvalidRequest, match="no adapter 'absent'; there are: other"):
        await collect(llm.run(asked(adapter="absent")))


async def test_what_cannot_be_answered_is_refused(llm: VllmLlm) -> None:
    with pytest.raises(InvalidRequest, match="nothing to answer"):
        await collect(llm.run(ChatRequest(())))
    with pytest.raises(InvalidRequest, match="too long: .* of 1024"):
        await collect(llm.run(asked("word " * 1500)))
    with pytest.raises(InvalidRequest):
        await collect(llm.run(asked(schema='{"type": "nonsense"}')))


async def test_its_own_figures_are_shown(llm: VllmLlm) -> None:
    shown = exposition()[0].decode()
    assert "vllm:time_to_first_token_seconds" in shown
    assert "vllm:prefix_cache_hits" in shown


async def test_a_lack_of_memory_is_told_and_passes(llm: VllmLlm, lacking: Path) -> None:
    """vLLM's process ends of it, as of anything else that it did not expect."""
    deltas = llm.run(asked("Tell me a long story.", max_tokens=600))
    await anext(deltas)
    lacking.touch()
    with pytest.raises(EngineLost) as caught:
        await collect(deltas)
    assert caught.value.retryable and not lacking.exists()
    with pytest.raises(EngineLost):
        await collect(llm.run(asked()))
    async with asyncio.timeout(200):
        while True:
            await llm.check()
            try:
                assert "Paris" in said(await collect(llm.run(asked())))
                break
            except EngineLost:
                await asyncio.sleep(0.5)


async def test_an_engine_that_stays_dead_fails_its_check(
    llm: VllmLlm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray asks, and replaces the replica. The last test here: nothing is left of the engine."""

    def full() -> Any:
        raise StageFailed("llm", "cannot start: CUDA out of memory")

    (core,) = [p for p in psutil.Process().children() if "EngineCore" in " ".join(p.cmdline())]
    monkeypatch.setattr(llm.engine, "_started", full)
    deltas = llm.run(asked("Tell me a long story.", max_tokens=600))
    await anext(deltas)
    os.kill(core.pid, signal.SIGKILL)
    with pytest.raises(EngineLost):
        await collect(deltas)
    with pytest.raises(StageFailed, match="does not start again"):
        async with asyncio.timeout(60):
            while True:
                await llm.check()
                await asyncio.sleep(0.1)
