"""Several language models in one: each request is answered by the model it names.

The first is the default and loaded at the start; another is loaded when it is first asked for.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from avatar_serving.errors import UnknownModel
from avatar_serving.media import ChatDelta, ChatRequest
from avatar_serving.stages.base import Checked, Llm, Warmed
from avatar_serving.stages.llm.base import LanguageModel, LlmEngineConfig
from avatar_serving.stages.llm.echo import EchoConfig
from avatar_serving.stages.llm.llama_cpp import LlamaCppConfig
from avatar_serving.stages.llm.openai import OpenAiConfig
from avatar_serving.stages.llm.vllm_chat import VllmConfig

SingleLlmConfig = Annotated[
    LlamaCppConfig | VllmConfig | OpenAiConfig | EchoConfig, Field(discriminator="engine")
]


class ModelChoice(BaseModel):
    """One model on offer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    """Its name towards clients."""
    about: str = ""
    """What it is good at, in a sentence for people."""
    optional: bool = False
    """Offer it only where its weights are in the cache, or its key is set. Otherwise the service
    does not start without them."""
    tokens_per_s: float | None = Field(default=None, gt=0)
    """Speed, as measured by ``python -m bench.models``."""
    first_token_s: float | None = Field(default=None, gt=0)
    """Time to the first token, as measured there."""
    quality: float | None = Field(default=None, ge=0, le=1)
    """Share of the questions there that it answers rightly."""
    measured: str = ""
    """When and on what the figures were measured."""
    personas: tuple[str, ...] = ()
    """Ids of persona templates: it speaks for avatars made of them, unless the client names another
    model."""
    llm: SingleLlmConfig
    """The engine and its options. Choices with the same ones share one engine."""
    adapter: str = ""
    """LoRA adapter of the engine that this choice puts on: a character of its own."""

    def available(self) -> bool:
        """An optional one only where its weights are in the cache, or its key is set."""
        return not self.optional or self.llm.available()

    def shown(self) -> LanguageModel:
        return LanguageModel(
            id=self.name,
            engine=self.llm.engine,
            about=self.about,
            personas=self.personas,
            remote=self.llm.remote,
            tokens_per_s=self.tokens_per_s,
            first_token_s=self.first_token_s,
            quality=self.quality,
            measured=self.measured,
        )


class ByModelConfig(LlmEngineConfig):
    engine: Literal["by_model"] = "by_model"
    choices: tuple[ModelChoice, ...] = Field(min_length=1)
    """The models on offer. The first is the default, and never optional."""

    @field_validator("choices")
    @classmethod
    def _one_of_each(cls, choices: tuple[ModelChoice, ...]) -> tuple[ModelChoice, ...]:
        names = [choice.name for choice in choices]
        if len(set(names)) < len(names):
            raise ValueError("two models have the same name")
        spoken_for = [persona for choice in choices for persona in choice.personas]
        if len(set(spoken_for)) < len(spoken_for):
            raise ValueError("two models speak for the same persona")
        if choices[0].optional:
            raise ValueError("the first model is the default and cannot be optional")
        return choices

    def required_weights(self) -> tuple[str, ...]:
        needed = (c.llm for c in self.choices if not c.optional)
        return tuple(name for llm in needed for name in llm.required_weights())

    def required_modules(self) -> tuple[str, ...]:
        needed = (c.llm for c in self.choices if not c.optional)
        return tuple(name for llm in needed for name in llm.required_modules())

    def model_id(self) -> str:
        return self.choices[0].name

    def models(self) -> tuple[LanguageModel, ...]:
        return tuple(choice.shown() for choice in self.choices if choice.available())

    def build(self) -> "ByModelLlm":
        return ByModelLlm(self)


class ByModelLlm:
    def __init__(self, config: ByModelConfig) -> None:
        first = config.choices[0]
        self._choices: Mapping[str, ModelChoice] = {c.name: c for c in config.choices}
        self._default = first.name
        self._built: dict[str, Llm] = {_key(first.llm): first.llm.build()}
        """By what they were made with."""
        self._building = asyncio.Lock()

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        """Raises:
        UnknownModel: the profile offers no such model.
        WeightMissing, StageFailed ...: it cannot be loaded.
        """
        choice = self._choice(request.model or self._default)
        llm = await self._llm(choice.llm)
        if choice.adapter:
            request = replace(request, adapter=choice.adapter)
        async with aclosing(llm.run(request)) as deltas:
            async for delta in deltas:
                yield delta

    async def warm(self) -> None:
        for llm in self._built.values():
            if isinstance(llm, Warmed):
                await llm.warm()

    async def check(self) -> None:
        """Raises AvatarError: one of the engines cannot go on."""
        for llm in self._built.values():
            if isinstance(llm, Checked):
                await llm.check()

    def _choice(self, name: str) -> ModelChoice:
        if name not in self._choices:
            raise UnknownModel(name, tuple(self._choices))
        return self._choices[name]

    async def _llm(self, config: SingleLlmConfig) -> Llm:
        key = _key(config)
        if key not in self._built:
            async with self._building:
                if key not in self._built:
                    self._built[key] = await asyncio.to_thread(config.build)
        return self._built[key]


def _key(config: SingleLlmConfig) -> str:
    return config.model_dump_json()
