"""Sound of frames while more of them are written. The decoder hears only what came before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence

Tensor: TypeAlias = Any
_BEFORE = 25
"""Frames that the decoder hears before those it is asked for, as its authors do."""
_HOPS = 3, 6, 12, 25
"""Frames of the first stretches, and of all further ones."""


@dataclass(eq=False)
class Sounding:
    """How far a line has been heard."""

    frames: "list[Tensor]"
    """As they are written, (codebooks,) each."""
    speed: float
    before: "list[Tensor]" = field(default_factory=list)
    """The last frames of the recording whose voice it has."""
    done: int = 0
    hops: Iterator[int] = field(default_factory=lambda: iter(_HOPS))
    hop: int = 0
    kept: "list[Any]" = field(default_factory=list)
    """Sound of a line of another speed, which is changed as a whole."""

    def __post_init__(self) -> None:
        self.hop = next(self.hops)

    @property
    def due(self) -> bool:
        return len(self.frames) - self.done >= self.hop

    def next_frames(self) -> "tuple[list[Tensor], int]":
        """Those of the next stretch and what the decoder hears before it, which are how many."""
        known = [*self.before, *self.frames]
        begin = len(self.before) + self.done
        first = max(0, begin - _BEFORE)
        return known[first:], begin - first

    def heard(self, samples: Any, last: bool) -> Any:
        """What of the stretch is given out: nothing yet, where the speed is another."""
        self.done, self.hop = len(self.frames), next(self.hops, self.hop)
        if self.speed == 1:
            return samples
        self.kept.append(samples)
        if not last:
            return np.zeros(0, np.float32)
        import librosa

        return librosa.effects.time_stretch(np.concatenate(self.kept), rate=self.speed)


def recorded(codes: Tensor) -> "list[Tensor]":
    """What the decoder hears before a line, of a recording's codes (frames, codebooks) or None."""
    return [] if codes is None else list(codes[-_BEFORE:])


def decoded(decoder: Any, soundings: Sequence[Sounding]) -> "list[Any]":
    """The next stretch of each, made together: samples at 24 kHz."""
    parts = [sounding.next_frames() for sounding in soundings]
    new = [len(frames) - before for frames, before in parts]
    if not any(new):
        return [np.zeros(0, np.float32) for _ in parts]
    rows = [torch.stack(frames) for (frames, _), count in zip(parts, new, strict=True) if count]
    codes = pad_sequence(rows, batch_first=True).transpose(1, 2)  # rows x codebooks x frames
    waves = iter(decoder(codes).squeeze(1).float().cpu().numpy())
    rate = decoder.total_upsample
    return [
        next(waves)[before * rate : len(frames) * rate] if count else np.zeros(0, np.float32)
        for (frames, before), count in zip(parts, new, strict=True)
    ]
