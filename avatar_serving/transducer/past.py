"""What the networks remember of an utterance, and how the pasts of several are stepped as one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F

Tensor: TypeAlias = Any


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Of one utterance; never changed, so that any number of futures may start from it."""

    prompt: int
    """Number of the language that the encoder was told."""
    codes: tuple[int, ...]
    """The tokens that were heard."""
    predictor: tuple[Tensor, Tensor, Tensor]
    """Of the network that knows the words so far: its output, and hidden and cell states."""
    pads: dict[str, Tensor] | None = None
    """The ends of what each convolution has seen; None before the first step."""
    seen: tuple[tuple[Tensor, Tensor], ...] = ()
    """Keys and values of each layer, heads x steps x width."""


class Pads:
    """Stands for transformers' cache of convolutions."""

    def __init__(self, pasts: Sequence[Past]) -> None:
        first = pasts[0].pads
        self._before = None if first is None else {
            key: torch.stack([past.pads[key] for past in pasts if past.pads]) for key in first
        }  # fmt: skip
        self.after: dict[str, Tensor] = {}

    def update(self, x: Tensor, key: str, convolution: Any) -> Tensor:
        """*x* with what came before it; both are batch x channels x time [x bands]."""
        pad = convolution.left_pad
        if self._before is not None:
            joined = torch.cat([self._before[key], x], dim=2)
        else:
            silent = list(x.shape)
            silent[2] = getattr(convolution, "left_pad_init", pad)
            joined = torch.cat([x.new_zeros(silent), x], dim=2)
        self.after[key] = joined[:, :, joined.shape[2] - pad :].clone()
        return joined


class Seen:
    """Stands for transformers' cache of attention: all rows as long as the longest may become."""

    def __init__(self, pasts: Sequence[Past], most: int) -> None:
        self._pasts, self._most = pasts, most
        self.after: list[tuple[Tensor, Tensor]] = []

    def update(self, keys: Tensor, values: Tensor, layer: int) -> tuple[Tensor, Tensor]:
        """Keys and values of *layer*, with those before them on the left."""
        both = [
            torch.cat([self._stacked(fresh, layer, part), fresh], dim=2)
            for part, fresh in enumerate((keys, values))
        ]
        self.after.append((both[0][:, :, -self._most :], both[1][:, :, -self._most :]))
        return both[0], both[1]

    def mask(self, fresh: int, device: Any) -> Tensor:
        """What each of *fresh* steps may see: batch x 1 x fresh x (most + fresh)."""
        places = torch.arange(self._most + fresh, device=device)
        begun = [self._most - self.length(past) for past in self._pasts]
        seen = places >= torch.tensor(begun, device=device)[:, None]
        return seen[:, None, None].expand(-1, 1, fresh, -1)

    def row(self, number: int, fresh: int) -> tuple[tuple[Tensor, Tensor], ...]:
        """What is kept of one utterance."""
        length = min(self._most, self.length(self._pasts[number]) + fresh)
        return tuple(
            (keys[number, :, -length:].clone(), values[number, :, -length:].clone())
            for keys, values in self.after
        )

    @staticmethod
    def length(past: Past) -> int:
        return past.seen[0][0].shape[1] if past.seen else 0

    def _stacked(self, like: Tensor, layer: int, part: int) -> Tensor:
        empty = like.new_zeros(like.shape[1], self._most, like.shape[3])
        rows = [
            F.pad(past.seen[layer][part], (0, 0, self._most - self.length(past), 0))
            if past.seen else empty
            for past in self._pasts
        ]  # fmt: skip
        return torch.stack(rows)
