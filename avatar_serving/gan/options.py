"""What a training is given, and what it tells on the way."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.torch_device import Device


class GanOptions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(default=40_000, ge=1)
    """Ten times through 63,565 faces."""
    batch: int = Field(default=16, ge=2)
    learning_rate: float = Field(default=2e-4, gt=0)
    momentum: float = Field(default=0.5, ge=0, lt=1)
    """The first of Adam's two."""
    real: float = Field(default=0.9, gt=0.5, le=1)
    """What the discriminator is to say of real pictures: less than 1, so that it is never sure
    (one-sided label smoothing, Salimans et al. 2016)."""
    averaged: float = Field(default=0.999, ge=0, lt=1)
    """Portraits are drawn by the mean of the generators of the last 1 / (1 - this) steps
    (Yazici et al. 2019); the generator of one step alone swings."""
    check_every: int = Field(default=500, ge=1)
    """Steps between a sample sheet and a checkpoint."""
    seed: int = 0
    device: Device = "cuda"


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """How a training stands."""

    step: int
    generator_loss: float
    """Binary cross-entropy, as the mean since the last check."""
    discriminator_loss: float
    sheet: NDArray[np.uint8]
    """(4 sides, 4 sides, 3): the same sixteen portraits each time."""
