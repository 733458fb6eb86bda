"""Any language model behind an OpenAI-compatible URL."""

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from avatar_serving.errors import InvalidRequest, Overloaded, StageFailed, StageTimeout
from avatar_serving.media import ChatDelta, ChatRequest
from avatar_serving.stages.llm.base import LlmEngineConfig
from avatar_serving.stages.llm.chat_format import Gathered, choice_param, message_param, tool_param

_RETRY_AFTER_S = 2.0


class OpenAiConfig(LlmEngineConfig):
    remote: ClassVar[bool] = True

    engine: Literal["openai"] = "openai"
    base_url: str = "https://api.openai.com/v1"
    """Where the API is; the part before ``/chat/completions``."""
    model: str
    """Name of the model at that address."""
    api_key_env: str = "OPENAI_API_KEY"
    """Name of the environment variable that holds the key; empty for a server that wants none."""
    api_key_file: str = ""
    """File that holds the key, such as a mounted secret; read where the variable is empty."""
    timeout_s: float = Field(default=20.0, gt=0)
    """Longest wait for a connection, and for the next piece of an answer."""
    retries: int = Field(default=1, ge=0)
    """Times that a failed request is sent again."""

    def model_id(self) -> str:
        return self.model

    def available(self) -> bool:
        return not self._wants_key or bool(self._found_key())

    def api_key(self) -> str:
        """The key; ``none`` for a server that wants none.

        Raises:
            StageFailed: there is no key where the options say.
        """
        if not self._wants_key:
            return "none"
        if key := self._found_key():
            return key
        places = [f"the environment variable {self.api_key_env}"] if self.api_key_env else []
        places += [f"the file {self.api_key_file}"] if self.api_key_file else []
        raise StageFailed("llm", f"no API key for {self.base_url}: set {' or '.join(places)}")

    @property
    def _wants_key(self) -> bool:
        return bool(self.api_key_env or self.api_key_file)

    def _found_key(self) -> str:
        if self.api_key_env and (key := os.environ.get(self.api_key_env, "").strip()):
            return key
        try:
            return Path(self.api_key_file).read_text().strip() if self.api_key_file else ""
        except (OSError, UnicodeDecodeError):
            return ""

    def build(self) -> "OpenAiLlm":
        return OpenAiLlm(self)


class OpenAiLlm:
    def __init__(self, config: OpenAiConfig) -> None:
        from openai import AsyncOpenAI

        self._config = config
        self._client = AsyncOpenAI(
            base_url=config.base_url,
            api_key=config.api_key(),
            timeout=config.timeout_s,
            max_retries=config.retries,
        )

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        if not request.messages:
            raise InvalidRequest("nothing to answer: there are no messages", "messages")
        with _our_errors(self._config.timeout_s):
            async with aclosing(self._deltas(request)) as deltas:
                async for delta in deltas:
                    yield delta

    async def _deltas(self, request: ChatRequest) -> AsyncGenerator[ChatDelta, None]:
        from openai import omit

        stream = await self._client.chat.completions.create(
            model=self._config.model,
            messages=[message_param(message) for message in request.messages],
            max_tokens=request.max_tokens,
            temperature=request.temperature,
            seed=omit if request.seed is None else request.seed,
            tools=[tool_param(tool) for tool in request.tools] or omit,
            tool_choice=choice_param(request.tool_choice) if request.tools else omit,
            stream=True,
            stream_options={"include_usage": True},
        )
        gathered = Gathered()
        async with stream:
            async for chunk in stream:
                if delta := gathered.push(chunk):
                    yield delta
        for call in gathered.calls():
            yield call
        yield gathered.tokens()


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
