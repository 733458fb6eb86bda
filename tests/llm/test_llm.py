import asyncio
import json
import pickle
from contextlib import aclosing
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from avatar_serving.errors import InvalidRequest, WeightMissing
from avatar_serving.flow import collect
from avatar_serving.media import ChatDelta, ChatRequest, Message, Tokens, Tool, ToolCall
from avatar_serving.stages.base import Llm
from avatar_serving.stages.llm import EchoConfig, LlamaCppConfig, LlmConfig

WEATHER = Tool(
    "get_weather",
    "The present weather of a city",
    '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}',
)
HELLO = ChatRequest((Message("user", "Say hello to me, please."),), max_tokens=24, seed=7)
SYSTEM = Message("system", "You are Mira, a cheerful astronaut. Answer in one short sentence.")


def words(deltas: list[ChatDelta]) -> str:
    return "".join(delta for delta in deltas if isinstance(delta, str))


@pytest.fixture(
    scope="module", params=["echo", pytest.param("llama_cpp", marks=pytest.mark.weights)]
)
def llm(request: pytest.FixtureRequest) -> Llm:
    return TypeAdapter[EchoConfig](LlmConfig).validate_python({"engine": request.param}).build()


class TestEveryEngine:
    async def test_streams_text(self, llm: Llm) -> None:
        deltas = await collect(llm.run(HELLO))
        assert len(deltas) > 1 and all(deltas)
        assert "hello" in words(deltas).lower()

    async def test_the_same_seed_gives_the_same_answer(self, llm: Llm) -> None:
        assert await collect(llm.run(HELLO)) == await collect(llm.run(HELLO))

    async def test_nothing_to_answer_is_an_error(self, llm: Llm) -> None:
        with pytest.raises(InvalidRequest):
            await collect(llm.run(ChatRequest(())))

    async def test_answers_are_bounded(self, llm: Llm) -> None:
        long = ChatRequest((Message("user", "one two three four five six seven"),), max_tokens=3)
        assert 2 <= len(await collect(llm.run(long))) <= 5

    async def test_says_at_last_what_it_has_cost(self, llm: Llm) -> None:
        *text, cost = await collect(llm.run(HELLO))
        assert isinstance(cost, Tokens) and not any(isinstance(delta, Tokens) for delta in text)
        assert cost.prompt > 3 and cost.answer >= len(text) and cost.complete
        cut = (await collect(llm.run(replace(HELLO, max_tokens=2))))[-1]
        assert isinstance(cut, Tokens) and not cut.complete

    async def test_calls_what_it_must_and_tells_what_it_is_told(self, llm: Llm) -> None:
        question = (Message("system", "Be brief."), Message("user", "The weather in Paris?"))
        request = ChatRequest(question, 60, 0.0, tools=(WEATHER,), tool_choice="get_weather")
        (call, _) = await collect(llm.run(request))
        assert isinstance(call, ToolCall) and call.name == "get_weather" and call.id
        assert "Paris" in json.dumps(json.loads(call.arguments))
        messages = (
            *question,
            Message("assistant", "", calls=(call,)),
            Message("tool", "It is sunny, 21 degrees.", call_id=call.id),
        )
        told = await collect(llm.run(replace(request, messages=messages, tool_choice="auto")))
        assert words(told) and not any(isinstance(delta, ToolCall) for delta in told)

    async def test_several_at_once(self, llm: Llm) -> None:
        answers = await asyncio.gather(*(collect(llm.run(HELLO)) for _ in range(5)))
        assert all(words(answer).strip() for answer in answers)

    async def test_closing_frees_the_engine_for_others(self, llm: Llm) -> None:
        story = ChatRequest((Message("user", "Tell me a very long story."),), max_tokens=2000)
        for _ in range(6):
            async with aclosing(llm.run(story)) as deltas:
                await anext(deltas)
        async with asyncio.timeout(20):
            assert await collect(llm.run(HELLO))

    async def test_closing_before_the_first_word(self, llm: Llm) -> None:
        story = ChatRequest((Message("user", "Tell me a very long story."),), max_tokens=2000)
        waiting = [asyncio.ensure_future(collect(llm.run(story))) for _ in range(6)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        async with asyncio.timeout(20):
            assert await collect(llm.run(HELLO))


async def test_echo_repeats_the_last_user_message() -> None:
    request = ChatRequest(
        (Message("user", "no"), Message("assistant", "x"), Message("user", "a b"))
    )
    assert await collect(EchoConfig().build().run(request)) == ["a", " b", Tokens(4, 2)]
    prefixed = EchoConfig(prefix="You said ").build()
    assert words(await collect(prefixed.run(request))) == "You said a b"


async def test_echo_goes_on_with_what_was_begun() -> None:
    begun = (Message("user", "a b c d"), Message("assistant", "a b"))
    assert (
        words(await collect(EchoConfig().build().run(ChatRequest(begun, goes_on=True)))) == " c d"
    )


@pytest.mark.weights
class TestLlamaCpp:
    @pytest.fixture(scope="class")
    def model(self) -> Llm:
        return LlamaCppConfig(context=512, parallel=1).build()

    async def test_an_answer_keeps_to_a_form(self, model: Llm) -> None:
        shape = {
            "type": "object",
            "properties": {"city": {"type": "string", "maxLength": 20}},
            "required": ["city"],
        }
        asked = ChatRequest((Message("user", "What is the capital of France?"),), 40, 0.0)
        told = words(await collect(model.run(replace(asked, schema=json.dumps(shape)))))
        assert set(json.loads(told)) == {"city"}
        one = words(await collect(model.run(replace(asked, choices=("Lyon", "Paris")))))
        assert one == "Paris"

    async def test_goes_on_with_what_was_begun_and_only_then(self, model: Llm) -> None:
        asked = Message("user", "Count to ten in words.")
        begun = ChatRequest((asked, Message("assistant", "One, two, three, four,")), 12, 0.0)
        rest = words(await collect(model.run(replace(begun, goes_on=True))))
        assert rest.startswith(" five, six")
        assert words(await collect(model.run(begun))), "it has something more to say"

    async def test_keeps_to_its_persona(self, model: Llm) -> None:
        request = ChatRequest((SYSTEM, Message("user", "What is your name?")), 40, 0.0)
        assert "Mira" in words(await collect(model.run(request)))

    async def test_speaks_chinese(self, model: Llm) -> None:
        request = ChatRequest((Message("user", "你好！请介绍一下你自己。"),), 40, 0.0)
        assert any("\u4e00" <= c <= "\u9fff" for c in words(await collect(model.run(request))))

    async def test_a_conversation_over_the_context_is_refused(self, model: Llm) -> None:
        with pytest.raises(InvalidRequest, match="too long"):
            await collect(model.run(ChatRequest((Message("user", "word " * 2000),))))


def test_an_absent_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("AVATAR_CACHE", str(tmp_path))
    with pytest.raises(WeightMissing, match="qwen"):
        LlamaCppConfig().build()


def test_configs_say_what_they_need() -> None:
    config = LlamaCppConfig()
    assert config.required_weights() == ("qwen2.5-0.5b",)
    assert pickle.loads(pickle.dumps(config)) == config
