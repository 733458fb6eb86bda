"""From speech tokens to a mel spectrogram, by flow matching with a diffusion transformer.

A spectrogram of noise is moved towards speech along a learned velocity, in a few steps of Euler.
Each frame sees all frames before the end of its own chunk, so that chunks that were made do not
change when more follow.
"""

import math
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

    def forward(self, codes: Tensor, reference: Reference, final: bool) -> Tensor:
        """The frames of *codes*, frames x bands, in 32 bit.

        Unless *final*, the last ``sizes.ahead`` tokens are only looked at.
        """
        tokens = self.input_embedding(torch.cat([reference.codes, codes]))[None]
        meant = self.pre_lookahead_layer(tokens, final)
        meant = meant.repeat_interleave(FRAMES_A_TOKEN, dim=1)
        known = torch.zeros_like(meant)
        known[:, : len(reference.mel)] = reference.mel
        voice = self.spk_embed_affine_layer(F.normalize(reference.voice, dim=-1))[None]
        return self._flown(meant, known, voice)[0, len(reference.mel) :].float()

    def _flown(self, meant: Tensor, known: Tensor, voice: Tensor) -> Tensor:
        frames = meant.shape[1]
        conditions = [torch.cat([each, torch.zeros_like(each)]) for each in (meant, known)]
        voices = torch.cat([voice, torch.zeros_like(voice)])
        mel = self.noise[:frames].to(meant)[None]
        times = 1 - torch.cos(torch.linspace(0, 1, _STEPS + 1) * math.pi / 2)
        for now, then in zip(times[:-1].tolist(), times[1:].tolist(), strict=True):
            both = mel.expand(2, -1, -1)
            moved = self.estimator(both, *conditions, voices, now)
            mel = mel + (then - now) * ((1 + _GUIDANCE) * moved[:1] - _GUIDANCE * moved[1:])
        return mel


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
