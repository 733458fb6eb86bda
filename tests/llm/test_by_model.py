import pickle
from contextlib import aclosing

import pytest
from pydantic import ValidationError

from avatar_serving.errors import StageFailed, UnknownModel
from avatar_serving.flow import collect
from avatar_serving.media import ChatRequest, Message
from avatar_serving.stages.llm import ByModelConfig, LlamaCppConfig, OpenAiConfig, find_model

TWO = ByModelConfig.model_validate(
    {
        "choices": [
            {"name": "quick", "about": "Says it at once.", "llm": {"engine": "echo"}},
            {
                "name": "wordy",
                "tokens_per_s": 9,
                "llm": {"engine": "echo", "prefix": "Well now, "},
            },
            {
                "name": "remote",
                "optional": True,
                "llm": {"engine": "openai", "model": "m", "api_key_env": "TEST_LLM_KEY"},
            },
        ]
    }
)


def asked(model: str) -> ChatRequest:
    return ChatRequest((Message("user", "Hello there."),), model=model)


@pytest.mark.parametrize(
    ("model", "said"),
    [("", "Hello there."), ("quick", "Hello there."), ("wordy", "Well now, Hello there.")],
)
async def test_the_named_model_answers(model: str, said: str) -> None:
    deltas = await collect(TWO.build().run(asked(model)))
    assert "".join(delta for delta in deltas if isinstance(delta, str)) == said


async def test_an_unknown_model_names_those_there_are() -> None:
    with pytest.raises(UnknownModel, match=r"no model 'x'; there are: quick, wordy, remote"):
        await collect(TWO.build().run(asked("x")))


async def test_another_model_is_loaded_once_and_when_it_is_asked_for() -> None:
    llm = TWO.build()
    quick, wordy, _ = (choice.llm.model_dump_json() for choice in TWO.choices)
    assert set(llm._built) == {quick}
    await collect(llm.run(asked("wordy")))
    built = llm._built[wordy]
    await collect(llm.run(asked("wordy")))
    assert llm._built[wordy] is built and len(llm._built) == 2


async def test_a_model_that_cannot_be_loaded_says_what_it_wants() -> None:
    with pytest.raises(StageFailed, match="TEST_LLM_KEY"):
        await collect(TWO.build().run(asked("remote")))


async def test_closing_stops_the_model() -> None:
    async with aclosing(TWO.build().run(asked("wordy"))) as deltas:
        assert await anext(deltas) == "Well"


def test_what_cannot_be_had_is_not_on_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [m.id for m in TWO.models()] == ["quick", "wordy"]
    monkeypatch.setenv("TEST_LLM_KEY", "sk-x")
    offered = TWO.models()
    assert [m.id for m in offered] == ["quick", "wordy", "remote"]
    assert [m.remote for m in offered] == [False, False, True]
    assert offered[1].tokens_per_s == 9 and offered[0].about == "Says it at once."


@pytest.mark.parametrize("name", ["", "default", "gpt-realtime", "gpt-4o-mini", "o3", "quick"])
def test_names_of_the_default(name: str) -> None:
    assert find_model(TWO, name).id == "quick"


def test_a_persona_has_a_model_of_its_own() -> None:
    config = ByModelConfig.model_validate(
        {
            "choices": [
                {"name": "plain", "llm": {"engine": "echo"}},
                {"name": "guide", "personas": ["museum_guide"], "llm": {"engine": "echo"}},
            ]
        }
    )
    assert find_model(config, "", "museum_guide").id == "guide"
    assert find_model(config, "gpt-realtime", "museum_guide").id == "guide"
    assert find_model(config, "plain", "museum_guide").id == "plain"
    assert find_model(config, "", "companion").id == find_model(config, "").id == "plain"


def test_a_listed_name_is_meant_even_if_it_is_one_of_openais() -> None:
    config = ByModelConfig.model_validate(
        {"choices": [{"name": n, "llm": {"engine": "echo"}} for n in ("a", "gpt-4o-mini")]}
    )
    assert find_model(config, "gpt-4o-mini").id == "gpt-4o-mini"


def test_a_model_that_is_not_there() -> None:
    with pytest.raises(UnknownModel) as caught:
        find_model(TWO, "qwen-max")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.code, error.param, error.known) == (
        "model_not_found",
        "model",
        ("quick", "wordy"),
    )


def test_a_single_engine_offers_its_one_model() -> None:
    config = LlamaCppConfig()
    assert [m.id for m in config.models()] == ["qwen2.5-0.5b"]
    assert find_model(config, "default").engine == "llama_cpp"


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        ([], "at least 1"),
        ([{"name": "a", "llm": {"engine": "echo"}}] * 2, "same name"),
        ([{"name": "a", "optional": True, "llm": {"engine": "echo"}}], "cannot be optional"),
        ([{"name": "a", "llm": {"engine": "by_model"}}], "by_model"),
        (
            [{"name": n, "personas": ["guide"], "llm": {"engine": "echo"}} for n in "ab"],
            "same persona",
        ),
    ],
)
def test_choices_make_sense(choices: list[object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        ByModelConfig.model_validate({"choices": choices})


def test_only_what_must_be_there_is_required() -> None:
    config = ByModelConfig.model_validate(
        {
            "choices": [
                {"name": "a", "llm": {"engine": "llama_cpp"}},
                {
                    "name": "b",
                    "optional": True,
                    "llm": {"engine": "llama_cpp", "model": "qwen2.5-1.5b"},
                },
            ]
        }
    )
    assert config.required_weights() == ("qwen2.5-0.5b",)


class TestKeys:
    """The key of a remote model comes from the environment or a file, never from the profile."""

    def test_from_a_file(self, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
        secret = tmp_path / "key"
        secret.write_text("sk-file\n")
        config = OpenAiConfig(model="m", api_key_env="TEST_LLM_KEY", api_key_file=str(secret))
        assert config.api_key("llm") == "sk-file" and config.available()
        monkeypatch.setenv("TEST_LLM_KEY", "sk-env")
        assert config.api_key("llm") == "sk-env"

    def test_nowhere(self, tmp_path) -> None:
        absent = str(tmp_path / "absent")
        config = OpenAiConfig(model="m", api_key_env="TEST_LLM_KEY", api_key_file=absent)
        assert not config.available()
        with pytest.raises(StageFailed, match=f"TEST_LLM_KEY or the file {absent}"):
            config.api_key("llm")

    def test_not_wanted(self) -> None:
        config = OpenAiConfig(model="m", api_key_env="")
        assert config.available() and config.api_key("llm") == "none"

    def test_a_profile_cannot_hold_one(self) -> None:
        with pytest.raises(ValidationError, match="Extra inputs"):
            OpenAiConfig.model_validate({"model": "m", "api_key": "sk-x"})


async def test_choices_with_the_same_options_share_an_engine() -> None:
    """Such as one model that puts on another adapter for each character."""
    same = {"engine": "echo", "prefix": "I say "}
    config = ByModelConfig.model_validate(
        {"choices": [{"name": n, "adapter": n, "llm": same} for n in ("guide", "teacher")]}
    )
    llm = config.build()
    await collect(llm.run(asked("guide")))
    await collect(llm.run(asked("teacher")))
    assert len(llm._built) == 1
