"""Ray Serve's LLM support, as docs/gpu.md sets it up: accepted by Ray's classes and by vLLM's."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from avatar_serving.stages.llm import LlmConfig, OpenAiConfig

GPU_PAGE = Path(__file__).parents[2] / "docs" / "gpu.md"


def documented() -> tuple[dict[str, Any], dict[str, Any]]:
    """The application of ``serveConfigV2``, and the profile's ``llm`` that talks with it."""
    text = GPU_PAGE.read_text()
    blocks = map(yaml.safe_load, re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    (applications,) = (block for block in blocks if isinstance(block, list))
    (llm,) = re.findall(r"`llm: (\{engine: openai.*?\})`", text)
    return applications[0], yaml.safe_load(llm)


def test_the_documented_application_is_what_ray_and_vllm_take() -> None:
    from ray.serve.llm import LLMConfig
    from vllm.engine.arg_utils import AsyncEngineArgs

    application, llm = documented()
    (options,) = application["args"]["llm_configs"]
    config = LLMConfig.model_validate(options)
    assert set(config.engine_kwargs) <= {field.name for field in fields(AsyncEngineArgs)}
    engine = TypeAdapter[Any](LlmConfig).validate_python(llm)
    assert isinstance(engine, OpenAiConfig)
    assert engine.model == config.model_id
    assert engine.base_url.endswith(f"{application['route_prefix']}/v1")
