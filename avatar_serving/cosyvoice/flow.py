"""From speech tokens to a mel spectrogram, by flow matching with a diffusion transformer.

A spectrogram of noise is moved towards speech along a learned velocity, in a few steps of Euler.
Each frame sees all frames before the end of its own chunk, so that chunks that were made do not
change when more follow. Lines of many sessions are moved together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.cosyvoice.sizes import FRAMES_A_TOKEN, FlowSizes
from avatar_serving.cosyvoice.transformer import Transformer

# pyright: reportUntypedBaseClass=false
Tensor: TypeAlias = Any

_STEPS = 10
_GUIDANCE = 0.7
"""How much further than its own velocity the flow goes away from that without conditions."""
_LONGEST = 15_000
"""Frames: five minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A recording of the voice that speaks."""

    codes: Tensor
    """Speech tokens."""
    mel: Tensor
    """frames x bands, two frames for each token."""
    voice: Tensor
    """Description of the speaker."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What of a line is to become frames."""

    codes: Tensor
    """Its speech tokens, from the first on."""
    reference: Reference
    final: bool
    """There are no more; otherwise the last ``sizes.ahead`` tokens are only looked at."""


class Flow(nn.Module):
    def __init__(self, sizes: FlowSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.input_embedding = nn.Embedding(sizes.codes, sizes.bands)
        self.spk_embed_affine_layer = nn.Linear(sizes.voice, sizes.bands)
        self.pre_lookahead_layer = _LookAhead(sizes)
        self.estimator = Transformer(sizes)
        noise = torch.Generator().manual_seed(0)
        self.noise: Tensor = torch.randn(_LONGEST, sizes.bands, generator=noise, device="cpu")

    def forward(self, lines: Sequence[Heard]) -> list[Tensor]:
        """The frames of each line's codes, frames x bands, in 32 bit."""
        meant = [self._meant(line) for line in lines]
        lengths = [len(each) for each in meant]
        known = [F.pad(line.reference.mel, (0, 0, 0, most - len(line.reference.mel)))
                 for line, most in zip(lines, lengths, strict=True)]  # fmt: skip
        voice = torch.stack([line.reference.voice for line in lines])
        voices = self.spk_embed_affine_layer(F.normalize(voice, dim=-1))
        mel = self._flown(_together(meant), _together(known), voices, lengths)
        return [
            each[len(line.reference.mel) : length].float()
            for each, line, length in zip(mel, lines, lengths, strict=True)
        ]

    def _meant(self, line: Heard) -> Tensor:
        """What the tokens say, frames x bands; the recording's come first."""
        tokens = self.input_embedding(torch.cat([line.reference.codes, line.codes]))[None]
        ahead = self.pre_lookahead_layer(tokens, line.final)[0]
        return ahead.repeat_interleave(FRAMES_A_TOKEN, dim=0)

    def _flown(self, meant: Tensor, known: Tensor, voice: Tensor, lengths: list[int]) -> Tensor:
        lines, frames = meant.shape[:2]
        conditions = [torch.cat([each, torch.zeros_like(each)]) for each in (meant, known)]
        voices = torch.cat([voice, torch.zeros_like(voice)])
        mel = self.noise[:frames].to(meant).expand(lines, -1, -1)
        times = 1 - torch.cos(torch.linspace(0, 1, _STEPS + 1) * math.pi / 2)
        for now, then in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
            both = torch.cat([mel, mel])
            moved = self.estimator(both, *conditions, voices, now, lengths + lengths)
            led, free = moved.split(lines)
            mel = mel + (then - now) * ((1 + _GUIDANCE) * led - _GUIDANCE * free)
        return mel


def _together(rows: list[Tensor]) -> Tensor:
    """All as one, with zeros after the end of those that are shorter."""
    return nn.utils.rnn.pad_sequence(rows, batch_first=True)


class _LookAhead(nn.Module):
    """Tokens made aware of the few that follow."""

    def __init__(self, sizes: FlowSizes) -> None:
        super().__init__()
        self.ahead = sizes.ahead
        self.conv1 = nn.Conv1d(sizes.bands, sizes.ahead_width, sizes.ahead + 1)
        self.conv2 = nn.Conv1d(sizes.ahead_width, sizes.bands, 3)

    def forward(self, tokens: Tensor, final: bool) -> Tensor:
        """batch x tokens x bands; without the last ones unless *final*."""
        x = tokens.transpose(1, 2)
        x = F.leaky_relu(self.conv1(F.pad(x, (0, self.ahead)) if final else x))
        x = self.conv2(F.pad(x, (2, 0))).transpose(1, 2)
        return x + tokens[:, : x.shape[1]]
