"""vLLM in this process, shared by the stages that run on it, and started again when it dies."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from avatar_serving import logs, weights
from avatar_serving.errors import (
    EngineLost,
    InvalidRequest,
    Overloaded,
    StageFailed,
    StageTimeout,
)
from avatar_serving.vllm_options import VllmOptions

log = logs.get()

_RETRY_S = 2.0
_RESTART_S = 60.0
"""What a restart takes, roughly: loading the weights and recording the graphs."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request."""

    prompt: Any
    """As vLLM takes it: token ids, or text with pictures."""
    params: Any
    """``SamplingParams``."""
    adapter: str = ""


@dataclass
class VllmEngine:
    """An ``AsyncLLM``. Its computing is in processes of its own, which may die."""

    stage: str
    model: Path
    options: VllmOptions
    more: Mapping[str, object] = field(default_factory=dict[str, object])
    """Further arguments of the engine."""

    def __post_init__(self) -> None:
        self._adapters = {a.name: weights.path(a.weights) for a in self.options.adapters}
        self._engine = self._started()
        self._restart: asyncio.Task[None] | None = None

    async def run(self, question: Question) -> AsyncGenerator[Any, None]:
        """Stream vLLM's ``RequestOutput``. Closing the stream frees the request's slot.

        Raises:
            InvalidRequest: vLLM cannot take such a request, or there is no such adapter.
            Overloaded: as many wait as may.
            EngineLost: the engine died; it is started again by itself.
            StageFailed, StageTimeout: this request failed, or nothing came for too long.
        """
        from vllm import exceptions as theirs
        from vllm.v1.engine.exceptions import EngineDeadError

        if self._engine.errored or self._restart is not None:
            self._revive()
            raise EngineLost(self.stage, _RESTART_S)
        answers = self._engine.generate(
            question.prompt,
            question.params,
            secrets.token_hex(8),
            lora_request=self._lora(question.adapter),
        )
        try:
            async with aclosing(answers):
                while (answer := await self._next(answers)) is not None:
                    yield answer
        except EngineDeadError as error:
            self._revive()
            raise EngineLost(self.stage, _RESTART_S) from error
        except (theirs.VLLMClientError, ValueError) as error:
            raise InvalidRequest(str(error), "messages") from error
        except (theirs.GracefulHTTPError, theirs.RetryableRequestError) as error:
            raise Overloaded(str(error), _RETRY_S) from error
        except theirs.VLLMServerError as error:
            raise StageFailed(self.stage, str(error)) from error

    async def check(self) -> None:
        """Start the engine again if it died.

        Raises:
            StageFailed: it did not start again.
        """
        if self._restart is not None and self._restart.done():
            raise StageFailed(self.stage, "vLLM died and does not start again; the log has why")
        if self._engine.errored:
            self._revive()

    @property
    def waiting(self) -> int:
        """Requests that it works on, or that wait."""
        return self._engine.get_num_unfinished_requests()

    def close(self) -> None:
        self._engine.shutdown()

    async def _next(self, answers: AsyncGenerator[Any, None]) -> Any:
        try:
            async with asyncio.timeout(self.options.timeout_s):
                return await anext(answers, None)
        except TimeoutError as error:
            raise StageTimeout(self.stage, self.options.timeout_s) from error

    def _lora(self, name: str) -> Any:
        if not name:
            return None
        if name not in self._adapters:
            known = ", ".join(self._adapters) or "none"
            raise InvalidRequest(f"no adapter {name!r}; there are: {known}", "adapter")
        from vllm.lora.request import LoRARequest

        number = 1 + list(self._adapters).index(name)
        return LoRARequest(name, number, str(self._adapters[name]))

    def _revive(self) -> None:
        if self._restart is None or self._restart.done():
            log.error("engine died", stage=self.stage)
            self._restart = asyncio.create_task(self._start_again())

    async def _start_again(self) -> None:
        try:
            await asyncio.to_thread(self._engine.shutdown)
            self._engine = await asyncio.to_thread(self._started)
            self._restart = None
            log.info("engine started again", stage=self.stage)
        except StageFailed as error:
            log.error("engine did not start again", stage=self.stage, exc_info=error)

    def _started(self) -> Any:
        # vLLM would tell its authors what it runs, and on what.
        os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
        from vllm import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM

        options = self.options
        arguments = AsyncEngineArgs(
            model=str(self.model),
            max_model_len=options.context,
            max_num_seqs=options.parallel,
            dtype=options.dtype,
            gpu_memory_utilization=options.gpu_memory,
            kv_cache_memory_bytes=options.cache_bytes,
            tensor_parallel_size=options.tensor_parallel,
            enforce_eager=options.eager,
            enable_prefix_caching=True,
            # A model may write white space forever where a form lets it.
            structured_outputs_config={"backend": "xgrammar", "disable_any_whitespace": True},
            enable_lora=bool(options.adapters),
            max_loras=options.adapters_at_once,
            max_lora_rank=options.adapter_rank,
            **self.more,
        )
        try:
            return AsyncLLM.from_engine_args(arguments, stat_loggers=self._loggers())
        except (RuntimeError, ValueError, OSError) as error:
            raise StageFailed(self.stage, f"cannot start {self.model.name}: {error}") from error

    def _loggers(self) -> Any:
        if self.options.metrics == "prometheus":
            return None
        from vllm.v1.metrics.ray_wrappers import RayPrometheusStatLogger

        return [RayPrometheusStatLogger]
