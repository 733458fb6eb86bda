from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.realtime import RealtimeSessionCreateRequestParam
from pydantic import TypeAdapter

from avatar_serving.errors import InvalidRequest
from avatar_serving.protocol.session_config import (
    Pcm,
    Pcma,
    Pcmu,
    SemanticVad,
    ServerVad,
    SessionConfig,
    merge,
)


def hearing(**fields: Any) -> dict[str, Any]:
    return {"audio": {"input": fields}}


def speaking(**fields: Any) -> dict[str, Any]:
    return {"audio": {"output": fields}}


def test_an_empty_update_changes_nothing() -> None:
    config = merge(SessionConfig(id="sess_1"), {"instructions": "Be brief."})
    assert merge(config, {}) == config
    assert merge(config, {"type": "realtime"}) == config


def test_a_partial_update_keeps_its_neighbours() -> None:
    first = merge(SessionConfig(), hearing(turn_detection={"type": "server_vad", "threshold": 0.7}))
    second = merge(first, speaking(voice="af_heart"))
    third = merge(second, hearing(turn_detection={"silence_duration_ms": 300}))
    assert third.detection == ServerVad(threshold=0.7, silence_duration_ms=300)
    assert third.audio.output.voice == "af_heart"
    assert third.audio.output.speed == 1.0


def test_null_turns_detection_off_and_a_type_turns_it_on_again() -> None:
    manual = merge(SessionConfig(), hearing(turn_detection=None))
    assert manual.detection is None
    assert merge(manual, speaking(speed=1.2)).detection is None
    back = merge(manual, hearing(turn_detection={"type": "semantic_vad", "eagerness": "low"}))
    assert back.detection == SemanticVad(eagerness="low")
    assert merge(manual, hearing(turn_detection={"threshold": 0.4})).detection == ServerVad(
        threshold=0.4
    )


def test_another_kind_of_detection_starts_from_its_own_defaults() -> None:
    patch = hearing(turn_detection={"type": "server_vad", "interrupt_response": False})
    server = merge(SessionConfig(), patch)
    semantic = merge(server, hearing(turn_detection={"type": "semantic_vad"}))
    assert semantic.detection == SemanticVad()
    again = merge(semantic, hearing(turn_detection={"type": "server_vad"}))
    assert again.detection == ServerVad()


@pytest.mark.parametrize(("given", "read"), [
    ({"type": "audio/pcm", "rate": 24000}, Pcm()),
    ({"type": "audio/pcm"}, Pcm()),
    ({"type": "audio/pcmu"}, Pcmu()),
    ({"type": "audio/pcma"}, Pcma()),
])  # fmt: skip
def test_formats(given: dict[str, Any], read: object) -> None:
    config = merge(SessionConfig(), hearing(format=given))
    assert config.audio.input.format == read
    assert config.audio.output.format == Pcm()
    assert merge(config, hearing(format={"type": "audio/pcm"})).audio.input.format == Pcm()


NO_VOICE = {"output": {"voice": None}}


def test_null_where_it_means_nothing_leaves_the_field() -> None:
    config = merge(SessionConfig(), {"instructions": "Be brief.", **speaking(voice="a")})
    nulls = {
        "instructions": None,
        "tools": None,
        "audio": {"input": None, "output": {"voice": None}},
    }
    assert merge(config, nulls) == config
    quiet = merge(config, hearing(transcription=None, noise_reduction=None))
    assert quiet.audio.input.transcription is None
    assert merge(quiet, hearing(transcription={"language": "zh-CN"})).language == "zh"


def test_who_the_session_is_cannot_be_changed() -> None:
    config = SessionConfig(id="sess_1", model="qwen")
    patch = {"id": "sess_2", "model": "gpt-realtime", "object": "x", "expires_at": 1}
    assert merge(config, patch) == config


@pytest.mark.parametrize(("patch", "param"), [
    (hearing(turn_detection={"type": "server_vad", "threshold": 1.01}),
     "audio.input.turn_detection.threshold"),
    (hearing(turn_detection={"type": "server_vad", "prefix_padding_ms": -1}),
     "audio.input.turn_detection.prefix_padding_ms"),
    (hearing(turn_detection={"type": "server_vad", "silence_duration_ms": 10_001}),
     "audio.input.turn_detection.silence_duration_ms"),
    (hearing(turn_detection={"type": "server_vad", "idle_timeout_ms": 4999}),
     "audio.input.turn_detection.idle_timeout_ms"),
    (hearing(turn_detection={"type": "server_vad", "idle_timeout_ms": 30_001}),
     "audio.input.turn_detection.idle_timeout_ms"),
    (hearing(turn_detection={"type": "semantic_vad", "eagerness": "wild"}),
     "audio.input.turn_detection.eagerness"),
    (hearing(turn_detection={"type": "push_to_talk"}), "audio.input.turn_detection"),
    (hearing(format={"type": "audio/mp3"}), "audio.input.format"),
    (hearing(format={"type": "audio/pcm", "rate": 16000}), "audio.input.format.rate"),
    (hearing(format="pcm16"), "audio.input.format"),
    (speaking(speed=0.2), "audio.output.speed"),
    (speaking(speed=1.51), "audio.output.speed"),
    (speaking(speed=float("nan")), "audio.output.speed"),
    (speaking(voice=7), "audio.output.voice"),
    ({"output_modalities": ["audio", "text"]}, "output_modalities"),
    ({"output_modalities": []}, "output_modalities"),
    ({"output_modalities": ["video"]}, "output_modalities.0"),
    ({"type": "transcription"}, "type"),
    ({"audio": 3}, "audio"),
    ({"tools": [{"type": "mcp", "server_label": "x"}]}, "tools.0.type"),
    ({"avatar": {"language": "tlh"}}, "avatar.language"),
    ({"max_output_tokens": 5000}, "max_output_tokens"),
    ({"turn_detection": {"type": "server_vad"}}, "turn_detection"),
    ({"modalities": ["text"]}, "modalities"),
])  # fmt: skip
def test_a_wrong_value_is_named_and_changes_nothing(patch: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        merge(SessionConfig(), patch)
    named = caught.value.param or ""
    assert named.startswith(f"session.{param}")


@pytest.mark.parametrize("patch", [
    hearing(turn_detection={"type": "server_vad", "threshold": 0, "idle_timeout_ms": 5000}),
    hearing(turn_detection={"type": "server_vad", "threshold": 1, "idle_timeout_ms": 30_000}),
    speaking(speed=0.25), speaking(speed=1.5),
    {"max_output_tokens": 1}, {"max_output_tokens": 4096}, {"max_output_tokens": "inf"},
])  # fmt: skip
def test_the_bounds_themselves_are_allowed(patch: dict[str, Any]) -> None:
    assert _holds(merge(SessionConfig(), patch).model_dump(), patch)


def _holds(options: dict[str, Any], patch: dict[str, Any]) -> bool:
    return all(
        _holds(options[name], value) if isinstance(value, dict) else options[name] == value
        for name, value in patch.items()
    )


def test_everything_openai_s_client_can_say_is_understood() -> None:
    patch: dict[str, Any] = {
        "type": "realtime",
        "model": "gpt-realtime",
        "instructions": "Be brief.",
        "output_modalities": ["text"],
        "include": ["item.input_audio_transcription.logprobs"],
        "max_output_tokens": 512,
        "parallel_tool_calls": True,
        "prompt": {"id": "p", "variables": {"a": "b"}},
        "reasoning": {"effort": "low"},
        "tracing": {"workflow_name": "w"},
        "truncation": {"type": "retention_ratio", "retention_ratio": 0.5},
        "tool_choice": {"type": "function", "name": "clock"},
        "tools": [{"type": "function", "name": "clock", "parameters": {"type": "object"}}],
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "noise_reduction": {"type": "far_field"},
                "transcription": {"model": "whisper-1", "language": "en", "prompt": "names"},
                "turn_detection": {"type": "semantic_vad", "eagerness": "auto"},
            },
            "output": {"format": {"type": "audio/pcma"}, "speed": 1, "voice": {"id": "af_heart"}},
        },
    }
    TypeAdapter(RealtimeSessionCreateRequestParam).validate_python(patch)
    config = merge(SessionConfig(), patch)
    assert (config.spoken, config.max_tokens, config.language) == (False, 512, "en")
    assert config.audio.output.voice == "af_heart"
    assert config.audio.output.format == Pcma()
    assert config.tools[0].name == "clock"
    assert merge(config, {"tool_choice": "none", "tools": []}).tools == ()


PATCHES = st.fixed_dictionaries({}, optional={
    "instructions": st.text(max_size=5),
    "output_modalities": st.sampled_from([["audio"], ["text"]]),
    "audio": st.fixed_dictionaries({}, optional={
        "input": st.fixed_dictionaries({}, optional={
            "turn_detection": st.none() | st.fixed_dictionaries(
                {"type": st.just("server_vad")}, optional={"threshold": st.floats(0, 1)})
            | st.just({"type": "semantic_vad"}),
            "transcription": st.none() | st.just({"language": "en"}),
        }),
        "output": st.fixed_dictionaries({}, optional={"speed": st.floats(0.25, 1.5)}),
    }),
})  # fmt: skip


@given(PATCHES, PATCHES)
def test_updates_can_be_repeated_and_leave_the_rest_alone(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    config = merge(SessionConfig(), first)
    assert merge(config, first) == config
    both = merge(config, second)
    if "instructions" not in second:
        assert both.instructions == config.instructions
    if "audio" not in second:
        assert both.audio == config.audio
    assert SessionConfig.model_validate_json(both.model_dump_json()) == both
