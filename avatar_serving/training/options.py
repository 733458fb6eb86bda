"""What a training is given, and what it tells on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.stages.base import Stage
from avatar_serving.stages.stylise.diffuser import Dtype
from avatar_serving.torch_device import Device


class LoraOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(default=800, ge=1)
    rank: int = Field(default=8, ge=1, le=128)
    learning_rate: float = Field(default=1e-4, gt=0)
    weight_decay: float = Field(default=1e-2, ge=0)
    batch: int = Field(default=2, ge=1)
    caption_dropout: float = Field(default=0.1, ge=0, lt=1)
    prior_pictures: int = Field(default=12, ge=0, le=200)
    """Drawings of other people, by the model as it was, that each step learns again; 0: none."""
    prior_weight: float = Field(default=1.0, gt=0)
    """How much they count beside the pictures of the character."""
    prior_prompt: str = "a portrait of a person, head and shoulders"
    check_every: int = Field(default=50, ge=1)
    """Steps between measuring the loss, a sample picture and a checkpoint."""
    patience: int = Field(default=4, ge=1)
    """Checks without a smaller loss, after which it ends."""
    seed: int = 0
    device: Device = "cuda"
    dtype: Dtype = "bfloat16"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    rgb: NDArray[np.uint8]
    """(side, side, 3)"""
    caption: str


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """How a training stands."""

    step: int
    loss: float
    """Mean squared error of the predicted noise, over all pictures at fixed noise."""
    sample: NDArray[np.uint8]
    """The first picture, drawn anew."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a trainer is given."""

    model: str
    """Name of a diffusion model in the weights lock."""
    examples: Sequence[Example]
    options: LoraOptions
    folder: Path
    """Gets the checkpoint and the adapter; a checkpoint in it is gone on from. It is called as the
    adapter is, in the folder of all adapters."""
    mark: str = ""
    """Of what it is begun with: only a checkpoint of the same is gone on from."""


@dataclass(frozen=True, slots=True)
class Trained:
    """The end of a training; the adapter is in its folder."""

    steps: int
    loss: float
    """The smallest."""
    weights: bytes = b""
    """The adapter, where it was trained on another machine; else it is in the folder."""


Trainer = Stage[Work, Checked | Trained]
