"""A model that looks at pictures on a GPU, by vLLM in this process."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, ClassVar, Literal

from avatar_serving import weights
from avatar_serving.media import Description, Glance, Image
from avatar_serving.stages.vlm.base import SeeingVlmConfig
from avatar_serving.stages.vlm.local import picture, processor_of, prompt
from avatar_serving.stages.vlm.seen import Task, read, task_of
from avatar_serving.vllm_engine import Question, VllmEngine
from avatar_serving.vllm_options import VllmOptions


class VllmVlmConfig(SeeingVlmConfig, VllmOptions):
    modules: ClassVar[tuple[str, ...]] = ("vllm",)

    engine: Literal["vllm"] = "vllm"
    model: str = "qwen2.5-vl-7b-instruct"
    """Name of a folder in the weights lock."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model, *(adapter.weights for adapter in self.adapters))

    def build(self) -> "VllmVlm":
        return VllmVlm(self)


class VllmVlm:
    def __init__(self, config: VllmVlmConfig) -> None:
        self._config = config
        folder = weights.path(config.model)
        self._processor = processor_of(folder)
        one_picture = {"limit_mm_per_prompt": {"image": 1, "video": 0}}
        self.engine = VllmEngine("vlm", folder, config, one_picture)

    async def run(self, request: Image | Glance, /) -> AsyncGenerator[Description, None]:
        """Raises:
        EngineLost, StageTimeout: vLLM could not answer.
        StageFailed: the model's form is wrong.
        """
        answer = ""
        question = self._question(task_of(request, self._config))
        async with aclosing(self.engine.run(question)) as answers:
            async for part in answers:
                answer += part.outputs[0].text
        yield read(request, answer)

    async def check(self) -> None:
        """Raises StageFailed: it died and does not start again."""
        await self.engine.check()

    def close(self) -> None:
        self.engine.close()

    def _question(self, task: Task) -> Question:
        shown = picture(task.image)
        asked = {
            "prompt": prompt(self._processor, task),
            "multi_modal_data": {"image": shown},
        }
        return Question(asked, _params(task))


def _params(task: Task) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    form = None if task.schema is None else StructuredOutputsParams(json=task.schema)
    return SamplingParams(
        max_tokens=task.max_tokens,
        temperature=0.0,
        structured_outputs=form,
        output_kind=RequestOutputKind.DELTA,
    )
