"""Language models. To add an engine: one file here, one name in this union."""

from typing import Annotated

from pydantic import Field

from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.llm.llama_cpp import LlamaCppConfig
from avatar_serving.stages.llm.openai import OpenAiConfig

LlmConfig = Annotated[LlamaCppConfig | OpenAiConfig | EchoConfig, Field(discriminator="engine")]

__all__ = ["EchoConfig", "LlamaCppConfig", "LlmConfig", "OpenAiConfig"]
