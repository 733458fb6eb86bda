"""Which code comes next, of how likely each is."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import torch

Tensor: TypeAlias = Any


@dataclass(frozen=True)
class Choice:
    by_chance: bool
    """Otherwise the likeliest."""
    temperature: float
    most: int
    """Of so many of the likeliest; 0: of all."""
    share: float
    """Of the likeliest that have this share of all chances together, 0..1."""

    def of(self, logits: Tensor, numbers: Tensor) -> Tensor:
        """A code (b,) for each row of *logits* (b, codes), by its number (b,), 0..1."""
        if not self.by_chance:
            return logits.argmax(-1)
        chances = self._chances(logits.float() / self.temperature)
        reached = chances.cumsum(-1)
        at = numbers.to(reached)[:, None] * reached[:, -1:]
        return torch.searchsorted(reached, at, right=True).clamp(max=logits.shape[1] - 1)[:, 0]

    def _chances(self, logits: Tensor) -> Tensor:
        ordered = logits.sort(-1, descending=True).values
        if self.most:
            least = ordered[:, min(self.most, logits.shape[1]) - 1, None]
            logits = logits.masked_fill(logits < least, -torch.inf)
            ordered = ordered.masked_fill(ordered < least, -torch.inf)
        if self.share < 1:
            chances = ordered.softmax(-1)
            kept = (chances.cumsum(-1) - chances < self.share).sum(-1, keepdim=True)
            logits = logits.masked_fill(logits < ordered.gather(-1, kept - 1), -torch.inf)
        return logits.softmax(-1)


def less_again(logits: Tensor, said: Tensor, penalty: float) -> Tensor:
    """What was *said* (b, codes; bool) already is made less likely: N. Keskar et al., "CTRL"
    (arXiv 1909.05858)."""
    return torch.where(said, torch.where(logits < 0, logits * penalty, logits / penalty), logits)
