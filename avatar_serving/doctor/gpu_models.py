"""The models of a profile that vLLM holds in a GPU's memory, and how much is left beside them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from avatar_serving.config import Profile
from avatar_serving.stages.llm import ByModelConfig, VllmConfig
from avatar_serving.stages.vlm.vllm_vision import VllmVlmConfig
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import total_size

_BYTES_A_NUMBER = 2
"""Of the key-value cache: bfloat16."""


@dataclass(frozen=True, slots=True)
class GpuModel:
    stage: str
    weight: str
    gpu_memory: float
    """Share of each GPU's memory."""
    tensor_parallel: int
    context: int


class _Geometry(BaseModel):
    """What ``config.json`` of a model says of its attention."""

    model_config = ConfigDict(extra="ignore")

    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    hidden_size: int
    head_dim: int | None = None

    @property
    def bytes_a_token(self) -> int:
        width = self.head_dim or self.hidden_size // self.num_attention_heads
        return 2 * self.num_hidden_layers * self.num_key_value_heads * width * _BYTES_A_NUMBER


def _qwen(layers: int, heads: int, key_value_heads: int, width: int) -> _Geometry:
    return _Geometry(
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=key_value_heads,
        hidden_size=width,
    )


_KNOWN = {
    "qwen2.5-1.5b-instruct": _qwen(28, 12, 2, 1536),
    "qwen2.5-7b-instruct": _qwen(28, 28, 4, 3584),
    "qwen2.5-32b-instruct": _qwen(64, 40, 8, 5120),
    "qwen2.5-vl-7b-instruct": _qwen(28, 28, 4, 3584),
}
"""As their authors publish it, for an estimate before they are here."""


def vllm_models(profile: Profile) -> Iterator[GpuModel]:
    """Those that are loaded at the start."""
    llm = profile.llm.choices[0].llm if isinstance(profile.llm, ByModelConfig) else profile.llm
    for stage, config in (("llm", llm), ("vlm", profile.vlm)):
        if isinstance(config, VllmConfig | VllmVlmConfig):
            yield GpuModel(
                stage, config.model, config.gpu_memory, config.tensor_parallel, config.context
            )


def conversations(shelf: Library, model: GpuModel, part: float) -> int | None:
    """How many of the longest conversations the cache has room for in *part* bytes; None of a
    model that is not here and not known. Shorter ones take less: this is no measured figure."""
    weight = shelf.get(model.weight)
    geometry = _KNOWN.get(model.weight)
    if shelf.state(weight) == "present":
        geometry = _read(shelf.cache.named(model.weight) / "config.json")
    if geometry is None:
        return None
    room = (part - total_size(weight)) / (geometry.bytes_a_token * model.context)
    return max(0, int(room))


def _read(path: Path) -> _Geometry | None:
    try:
        return _geometry(path)
    except (OSError, ValidationError, ValueError):
        return None


def _geometry(path: Path) -> _Geometry:
    told = json.loads(path.read_text())
    return _Geometry.model_validate(told.get("text_config", told))
