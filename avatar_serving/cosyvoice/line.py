"""What is spoken, and how far it has come."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from avatar_serving.cosyvoice.flow import Reference

Tensor: TypeAlias = Any


@dataclass(slots=True, eq=False)
class Line:
    """An utterance to be spoken, and how far it has come."""

    text: list[int]
    """Ids of text tokens: instruction, what the recording says, and the text itself."""
    new: int
    """How many of them are the text itself."""
    reference: Reference
    shown: bool
    """The language model reads the recording's tokens too, of which *text* has the words."""
    speed: float
    seed: int
    codes: list[int] = field(default_factory=list[int])
    finished: bool = False
    """The language model has written all."""
    random: np.random.Generator = field(init=False)
    slot: int = -1
    place: int = 0
    """Where the next token goes in the slot."""
    spoken: int = 0
    """Tokens that have become frames."""
    chunks: int = 0
    mel: Tensor = None
    sounded: int = 0
    """Samples that have been given out."""

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
