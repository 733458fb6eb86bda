"""Language models. To add an engine: one file here, one name in this union and in by_model's."""

import re
from typing import Annotated

from pydantic import Field

from avatar_serving.errors import UnknownModel
from avatar_serving.stages.llm.base import LanguageModel, LlmEngineConfig
from avatar_serving.stages.llm.by_model import ByModelConfig, ModelChoice
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.llm.llama_cpp import LlamaCppConfig
from avatar_serving.stages.llm.openai import OpenAiConfig
from avatar_serving.stages.llm.vllm_chat import VllmConfig

LlmConfig = Annotated[
    ByModelConfig | LlamaCppConfig | VllmConfig | OpenAiConfig | EchoConfig,
    Field(discriminator="engine"),
]

_OPENAI_NAME = re.compile(r"(ft:)?(chat)?gpt-|o\d")
"""Clients of OpenAI's API send one of its names whatever service they talk to."""


def find_model(config: LlmEngineConfig, name: str, persona: str = "") -> LanguageModel:
    """The model that a client means: empty, ``default`` and OpenAI's own names are the one that
    speaks for the *persona*, or else the default.

    Raises:
        UnknownModel: the profile does not offer it; lists those it does.
    """
    models = config.models()
    for model in models:
        if model.id == name:
            return model
    if name in ("", "default") or _OPENAI_NAME.match(name):
        return next((m for m in models if persona in m.personas), models[0])
    raise UnknownModel(name, tuple(model.id for model in models))


__all__ = [
    "ByModelConfig",
    "EchoConfig",
    "LanguageModel",
    "LlamaCppConfig",
    "LlmConfig",
    "LlmEngineConfig",
    "ModelChoice",
    "OpenAiConfig",
    "VllmConfig",
    "find_model",
]
