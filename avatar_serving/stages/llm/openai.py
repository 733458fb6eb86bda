"""Any language model behind an OpenAI-compatible URL."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from avatar_serving.errors import InvalidRequest, Overloaded, StageFailed, StageTimeout
from avatar_serving.media import ChatRequest
from avatar_serving.stages.base import StageConfig

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam

_RETRY_AFTER_S = 2.0


class OpenAiConfig(StageConfig):
    engine: Literal["openai"] = "openai"
    base_url: str = "https://api.openai.com/v1"
    """Where the API is; the part before ``/chat/completions``."""
    model: str
    """Name of the model at that address."""
    api_key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key; empty for a server that wants none."""
    timeout_s: float = Field(default=20.0, gt=0)
    """Longest wait for a connection, and for the next piece of an answer."""
    retries: int = Field(default=1, ge=0)
    """Times that a failed request is sent again."""

    def build(self) -> "OpenAiLlm":
        return OpenAiLlm(self)


class OpenAiLlm:
    def __init__(self, config: OpenAiConfig) -> None:
        from openai import AsyncOpenAI

        self._config = config
        self._client = AsyncOpenAI(
            base_url=config.base_url,
            api_key=_key(config.api_key_env),
            timeout=config.timeout_s,
            max_retries=config.retries,
        )

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[str, None]:
        if not request.messages:
            raise InvalidRequest("nothing to answer: there are no messages", "messages")
        with _our_errors(self._config.timeout_s):
            async with aclosing(self._deltas(request)) as deltas:
                async for delta in deltas:
                    yield delta

    async def _deltas(self, request: ChatRequest) -> AsyncGenerator[str, None]:
        from openai import omit

        stream = await self._client.chat.completions.create(
            model=self._config.model,
            messages=[_message(m.role, m.text) for m in request.messages],
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=omit if request.seed is None else request.seed,
            stream=True,
        )
        async with stream:
            async for chunk in stream:
                if chunk.choices and (delta := chunk.choices[0].delta.content):
                    yield delta


def _message(
    role: Literal["system", "user", "assistant"], text: str
) -> "ChatCompletionMessageParam":
    if role == "system":
        return {"role": "system", "content": text}
    if role == "user":
        return {"role": "user", "content": text}
    return {"role": "assistant", "content": text}


def _key(variable: str) -> str:
    if not variable:
        return "none"
    key = os.environ.get(variable, "")
    if not key:
        raise StageFailed("llm", f"the environment variable {variable} holds no key")
    return key


@contextmanager
def _our_errors(timeout_s: float) -> Generator[None, None, None]:
    import httpx
    import openai

    try:
        yield
    except (openai.APITimeoutError, httpx.TimeoutException) as error:
        raise StageTimeout("llm", timeout_s) from error
    except openai.RateLimitError as error:
        raise Overloaded("the language model's server is busy", _RETRY_AFTER_S) from error
    except openai.BadRequestError as error:
        raise InvalidRequest(f"the language model refused: {error.message}") from error
    except (openai.OpenAIError, httpx.HTTPError) as error:
        raise StageFailed("llm", str(error)) from error
