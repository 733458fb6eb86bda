"""Small language models on the CPU, by llama.cpp in this process."""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

from pydantic import Field

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest, StageFailed, StageTimeout
from avatar_serving.media import ChatDelta, ChatRequest, Message, Tokens
from avatar_serving.stages.llm.base import LlmEngineConfig
from avatar_serving.stages.llm.calling import TEMPERATURE, CallReader, grammar, prompted

_CACHE_MIB = 256
"""Memory for prompts of sessions that hold no slot at the moment."""
_ERRORS_ONLY = 1
_MORE = "Say something more."


class LlamaCppConfig(LlmEngineConfig):
    engine: Literal["llama_cpp"] = "llama_cpp"
    model: str = "qwen2.5-0.5b"
    """Name of a GGUF file in the weights lock."""
    threads: int = Field(default=1, ge=1)
    """Threads that write the answer: one is bound by memory and nearly as fast as two, which a
    conversation's other work would keep waiting for each other."""
    prompt_threads: int = Field(default=2, ge=1)
    """Threads that read the prompt, a short burst."""
    context: int = Field(default=4096, ge=256)
    """Tokens of prompt and answer of one request."""
    parallel: int = Field(default=2, ge=1)
    """Requests answered at the same time; more wait their turn."""
    top_p: float = Field(default=0.9, gt=0, le=1)
    """Words are drawn from the likeliest that together have this probability."""
    repeat_penalty: float = Field(default=1.1, ge=1)
    """Keeps small models from going round in circles."""
    timeout_s: float = Field(default=30.0, gt=0)
    """Longest wait for the next piece of an answer."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model,)

    def model_id(self) -> str:
        return self.model

    def available(self) -> bool:
        return weights.present(self.model)

    def build(self) -> "LlamaCppLlm":
        return LlamaCppLlm(self)


class LlamaCppLlm:
    """Prompts are kept after an answer: a conversation's next turn only reads what is new."""

    def __init__(self, config: LlamaCppConfig) -> None:
        self._config = config
        self._server = _load(config)
        self._threads = ThreadPoolExecutor(config.parallel, thread_name_prefix="llama")

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        if not request.messages:
            raise InvalidRequest("nothing to answer: there are no messages", "messages")
        answer = _Answer(asyncio.get_running_loop())
        work = self._threads.submit(answer.fetch, self._server, self._body(request))
        reader = CallReader(calling=grammar(request) is not None)
        cost, complete = Tokens(0, 0), True
        try:
            while (chunk := await self._next(answer)) is not None:
                if delta := reader.push(_delta(chunk)):
                    yield delta
                complete = complete and not _cut(chunk)
                cost = _cost(chunk, complete) or cost
        finally:
            answer.wanted = False
            work.cancel()
        if (call := reader.finish()) is not None:
            yield call
        yield cost

    async def _next(self, answer: "_Answer") -> Any:
        try:
            async with asyncio.timeout(self._config.timeout_s):
                return await answer.chunks.get()
        except TimeoutError as error:
            raise StageTimeout("llm", self._config.timeout_s) from error

    def _body(self, request: ChatRequest) -> dict[str, object]:
        seed = {} if request.seed is None else {"seed": request.seed}
        rules = grammar(request)
        shape: dict[str, object] = {} if rules is None else {"grammar": rules}
        if request.schema:
            shape = {"json_schema": json.loads(request.schema)}
        roam = request.temperature if rules is None else min(TEMPERATURE, request.temperature)
        return {
            "messages": [{"role": m.role, "content": m.text} for m in _told(request)],
            "max_tokens": request.max_tokens,
            "temperature": roam,
            "top_p": self._config.top_p,
            "repeat_penalty": self._config.repeat_penalty,
            "cache_prompt": True,
            "stream": True,
            "stream_options": {"include_usage": True},
            **seed,
            **shape,
        }


def _told(request: ChatRequest) -> tuple[Message, ...]:
    """llama.cpp goes on with an answer that comes last, whether that is wanted or not."""
    messages = prompted(request)
    if request.goes_on or messages[-1].role != "assistant":
        return messages
    return (*messages, Message("system", _MORE))


class _Answer:
    """Carries one answer from the server's thread to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.wanted = True
        self.chunks: asyncio.Queue[Any] = asyncio.Queue()
        self._loop = loop

    def fetch(self, server: Any, body: dict[str, object]) -> None:
        if self.wanted:
            server.handle_chat_completions(body, self._take)
        self._deliver(None)

    def _take(self, chunk: Any) -> bool:
        """Called for every token; True ends generation, and frees the slot at once."""
        self._deliver(chunk)
        return not self.wanted

    def _deliver(self, chunk: Any) -> None:
        if self.wanted and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.chunks.put_nowait, chunk)


def _delta(chunk: Any) -> str:
    if "error" in chunk:
        detail = chunk["error"].get("message", "unknown error")
        if chunk["error"].get("type") == "exceed_context_size_error":
            raise InvalidRequest(f"the conversation is too long: {detail}", "messages")
        raise StageFailed("llm", detail)
    choices = chunk.get("choices") or [{}]
    return choices[0].get("delta", {}).get("content") or ""


def _cut(chunk: Any) -> bool:
    """Whether the answer ended because it was long enough."""
    return any(choice.get("finish_reason") == "length" for choice in chunk.get("choices") or ())


def _cost(chunk: Any, complete: bool) -> Tokens | None:
    usage = chunk.get("usage")
    if not usage:
        return None
    cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)
    return Tokens(usage["prompt_tokens"], usage["completion_tokens"], cached, complete)


def _load(config: LlamaCppConfig) -> Any:
    """The library's server object; its types are written in C."""
    # Read once, when the OpenMP library is loaded: idle threads sleep. Spinning, two threads on two
    # cores are ten times slower as soon as anything else runs.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import xllamacpp as library

    xllamacpp: Any = library

    params = xllamacpp.CommonParams()
    params.model.path = str(weights.path(config.model))
    params.n_ctx = config.context * config.parallel
    params.n_parallel = config.parallel
    params.cpuparams.n_threads = config.threads
    params.cpuparams.poll = 0
    params.cpuparams_batch.n_threads = config.prompt_threads
    params.cpuparams_batch.poll = 0
    params.cache_ram_mib = _CACHE_MIB
    params.verbosity = _ERRORS_ONLY
    params.warmup = False
    # Fitting what is on GPUs into their memory would read the model twice.
    params.fit_params = False
    params.ui = False
    # The library also listens on a loopback port, which nobody else shall use.
    params.api_keys = [secrets.token_urlsafe(32)]
    try:
        return xllamacpp.Server(params)
    except RuntimeError as error:
        raise StageFailed("llm", f"cannot load {config.model}: {error}") from error
