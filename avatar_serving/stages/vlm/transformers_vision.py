"""A model that looks at pictures, by plain transformers: any architecture that they know."""

import json
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from threading import Event, Lock
from typing import Any, ClassVar, Literal

from avatar_serving import weights
from avatar_serving.errors import StageFailed
from avatar_serving.flow import in_thread
from avatar_serving.media import Description, Glance, Image
from avatar_serving.stages.vlm.base import SeeingVlmConfig
from avatar_serving.stages.vlm.local import picture, processor_of, prompt
from avatar_serving.stages.vlm.seen import Task, read, task_of
from avatar_serving.torch_device import Device, memory_errors, torch_device


class TransformersVlmConfig(SeeingVlmConfig):
    modules: ClassVar[tuple[str, ...]] = ("torch", "transformers", "xgrammar")

    engine: Literal["transformers"] = "transformers"
    model: str = "qwen2.5-vl-7b-instruct"
    """Name of a folder in the weights lock."""
    device: Device = "cuda"
    """Where it is computed."""
    dtype: Literal["bfloat16", "float16", "float32"] = "bfloat16"
    """Numbers that the weights are computed in."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model,)

    def build(self) -> "TransformersVlm":
        return TransformersVlm(self)


class TransformersVlm:
    """One picture at a time; ``vllm`` looks at many at once."""

    def __init__(self, config: TransformersVlmConfig) -> None:
        self._config = config
        folder = weights.path(config.model)
        self._device = torch_device("vlm", config.device)
        self._processor = processor_of(folder)
        with memory_errors("vlm"):
            self._model = _model(str(folder), config.dtype).to(self._device)
        self._guide = Guide(self._processor.tokenizer, self._model.config.get_text_config())
        self._turn = Lock()

    async def run(self, request: Image | Glance, /) -> AsyncGenerator[Description, None]:
        """Raises:
        OutOfMemory: the GPU has no room for it now.
        StageFailed: the model's form is wrong.
        """
        closed = Event()
        try:
            async with aclosing(in_thread(self._look(request, closed))) as seen:
                async for description in seen:
                    yield description
        finally:
            closed.set()

    def _look(self, request: Image | Glance, closed: Event) -> Generator[Description, None, None]:
        with self._turn, memory_errors("vlm"):
            answer = self._answer(task_of(request, self._config), closed)
        if not closed.is_set():
            yield read(request, answer)

    def _answer(self, task: Task, closed: Event) -> str:
        inputs = self._processor(
            text=[prompt(self._processor, task)],
            images=[picture(task.image)],
            return_tensors="pt",
        ).to(self._device, self._model.dtype)
        written = self._model.generate(
            **inputs,
            max_new_tokens=task.max_tokens,
            do_sample=False,
            logits_processor=self._guide.processors(task),
            stopping_criteria=[_stops_when(closed)],
        )
        new = written[:, inputs["input_ids"].shape[1] :]
        return self._processor.batch_decode(new, skip_special_tokens=True)[0]


def _stops_when(closed: Event) -> Any:
    """A criterion of ``generate``, asked after each token."""
    import torch

    def stops(tokens: Any, scores: Any, **_: object) -> Any:
        return torch.full((len(tokens),), closed.is_set(), device=tokens.device)

    return stops


class Guide:
    """Keeps what a model writes to a JSON schema, token by token."""

    def __init__(self, tokenizer: Any, config: Any) -> None:
        import xgrammar
        from xgrammar.contrib.hf import LogitsProcessor

        self._processor: Any = LogitsProcessor
        known = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=config.vocab_size)
        self._compiler = xgrammar.GrammarCompiler(known)

    def processors(self, task: Task) -> list[Any]:
        """What ``generate`` is given; one use each."""
        if task.schema is None:
            return []
        # Without free white space, of which a model may write forever.
        rules = self._compiler.compile_json_schema(json.dumps(task.schema), any_whitespace=False)
        return [self._processor(rules)]


def _model(folder: str, dtype: str) -> Any:
    import torch
    from transformers import AutoModelForImageTextToText

    try:
        model = AutoModelForImageTextToText.from_pretrained(folder, dtype=getattr(torch, dtype))
    except (ValueError, OSError) as error:
        raise StageFailed("vlm", f"cannot load {folder}: {error}") from error
    return model.eval()
