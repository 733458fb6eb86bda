"""What vLLM is started with. It is not imported here."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Adapter(BaseModel):
    """A LoRA adapter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    """What requests call it."""
    weights: str
    """Name of a folder in the weights lock."""


class VllmOptions(BaseModel):
    """What vLLM is started with, whatever it is used for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    context: int = Field(default=8192, ge=256)
    """Tokens of prompt and answer of one request."""
    parallel: int = Field(default=64, ge=1)
    """Requests computed in one batch; more wait their turn."""
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    """Numbers that the weights are computed in; ``auto``: those of the model."""
    gpu_memory: float = Field(default=0.9, gt=0, le=1)
    """Share of a GPU's memory for weights and cache. Engines on one GPU share it out."""
    cache_bytes: int | None = Field(default=None, gt=0)
    """Memory for the key-value cache, in place of what is left of ``gpu_memory``."""
    tensor_parallel: int = Field(default=1, ge=1)
    """GPUs that one copy of the model is spread over."""
    eager: bool = False
    """Start without recorded graphs: sooner, but slower afterwards."""
    adapters: tuple[Adapter, ...] = ()
    """LoRA adapters that requests may ask for."""
    adapter_rank: Literal[8, 16, 32, 64, 128, 256] = 32
    """Largest rank of an adapter."""
    adapters_at_once: int = Field(default=4, ge=1)
    """Adapters used in one batch."""
    metrics: Literal["prometheus", "ray"] = "prometheus"
    """Where vLLM's own figures (``vllm:...``) go: ``/metrics`` of this process, or those of the Ray
    node, for a stage on a replica of its own."""
    timeout_s: float = Field(default=30.0, gt=0)
    """Longest wait for the next piece of an answer."""
