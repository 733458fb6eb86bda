"""Language models on GPUs, by vLLM in this process."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, ClassVar, Literal

from pydantic import Field

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.media import ChatDelta, ChatRequest, Tokens
from avatar_serving.stages.llm.base import LlmEngineConfig
from avatar_serving.stages.llm.calling import TEMPERATURE, CallReader, grammar, prompted
from avatar_serving.vllm_engine import Question, VllmEngine
from avatar_serving.vllm_options import VllmOptions


class VllmConfig(LlmEngineConfig, VllmOptions):
    modules: ClassVar[tuple[str, ...]] = ("vllm",)

    engine: Literal["vllm"] = "vllm"
    model: str = "qwen2.5-7b-instruct"
    """Name of a folder in the weights lock."""
    top_p: float = Field(default=0.9, gt=0, le=1)
    """Words are drawn from the likeliest that together have this probability."""
    repeat_penalty: float = Field(default=1.05, ge=1)
    """Keeps small models from going round in circles."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model, *(adapter.weights for adapter in self.adapters))

    def model_id(self) -> str:
        return self.model

    def available(self) -> bool:
        return all(weights.present(name) for name in self.required_weights())

    def build(self) -> "VllmLlm":
        return VllmLlm(self)


class VllmLlm:
    """Prompts are remembered by their beginnings: a next turn only reads what is new."""

    def __init__(self, config: VllmConfig) -> None:
        self._config = config
        folder = weights.path(config.model)
        self._tokenizer = _tokenizer(str(folder))
        self.engine = VllmEngine("llm", folder, config)

    async def run(self, request: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        """Raises:
        InvalidRequest: no messages, more than fit, or no such adapter.
        EngineLost, StageTimeout, StageFailed: vLLM could not answer.
        """
        question = self._question(request)
        reader = CallReader(calling=grammar(request) is not None)
        answer: Any = None
        written = 0
        async with aclosing(self.engine.run(question)) as answers:
            async for answer in answers:
                (piece,) = answer.outputs
                written += len(piece.token_ids)
                if delta := reader.push(piece.text):
                    yield delta
        if answer is None:
            raise StageFailed("llm", "vLLM ended without an answer")
        if (call := reader.finish()) is not None:
            yield call
        yield _cost(answer, written)

    async def warm(self) -> None:
        """Answer once, so that nobody waits for what is made at the first request."""
        params = self._params(ChatRequest((), max_tokens=2))
        async with aclosing(self.engine.run(Question("Hello", params))) as answers:
            async for _ in answers:
                pass

    async def check(self) -> None:
        """Raises StageFailed: it died and does not start again."""
        await self.engine.check()

    def close(self) -> None:
        self.engine.close()

    def _question(self, request: ChatRequest) -> Question:
        if not request.messages:
            raise InvalidRequest("nothing to answer: there are no messages", "messages")
        told = [{"role": m.role, "content": m.text} for m in prompted(request)]
        tokens: list[int] = self._tokenizer.apply_chat_template(
            told,
            add_generation_prompt=not request.goes_on,
            continue_final_message=request.goes_on,
            tokenize=True,
            return_dict=False,
        )
        if len(tokens) + request.max_tokens > self._config.context:
            size = f"{len(tokens)} tokens and {request.max_tokens} of answer"
            most = self._config.context
            raise InvalidRequest(f"the conversation is too long: {size}, of {most}", "messages")
        return Question({"prompt_token_ids": tokens}, self._params(request), request.adapter)

    def _params(self, request: ChatRequest) -> Any:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        bound = _bounds(request)
        roam = request.temperature if bound is None else min(TEMPERATURE, request.temperature)
        return SamplingParams(
            max_tokens=request.max_tokens,
            temperature=roam,
            top_p=self._config.top_p,
            repetition_penalty=self._config.repeat_penalty,
            seed=request.seed,
            structured_outputs=bound,
            output_kind=RequestOutputKind.DELTA,
        )


def _bounds(request: ChatRequest) -> Any:
    """What the answer is held to, in vLLM's terms."""
    from vllm.sampling_params import StructuredOutputsParams

    if request.schema:
        return StructuredOutputsParams(json=request.schema)
    rules = grammar(request)
    return None if rules is None else StructuredOutputsParams(grammar=rules)


def _cost(answer: Any, written: int) -> Tokens:
    (piece,) = answer.outputs
    return Tokens(
        len(answer.prompt_token_ids),
        written,
        answer.num_cached_tokens or 0,
        complete=piece.finish_reason != "length",
    )


def _tokenizer(folder: str) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)
