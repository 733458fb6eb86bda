"""The diffusion transformer that tells which way noise moves towards speech (after F5-TTS)."""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.cosyvoice.sizes import FlowSizes

# pyright: reportUntypedBaseClass=false
Tensor: TypeAlias = Any

_KERNEL = 31
_TIME = 256


class Transformer(nn.Module):
    def __init__(self, sizes: FlowSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.time_mlp = nn.Sequential(
            nn.Linear(_TIME, sizes.width), nn.SiLU(), nn.Linear(sizes.width, sizes.width)
        )
        self.proj = nn.Linear(4 * sizes.bands, sizes.width)
        self.conv1 = nn.Conv1d(sizes.width, sizes.width, _KERNEL, groups=sizes.groups)
        self.conv2 = nn.Conv1d(sizes.width, sizes.width, _KERNEL, groups=sizes.groups)
        self.blocks = nn.ModuleList(_Block(sizes) for _ in range(sizes.layers))
        self.norm_out = nn.Linear(sizes.width, 2 * sizes.width)
        self.proj_out = nn.Linear(sizes.width, sizes.bands)

    def forward(
        self, mel: Tensor, meant: Tensor, known: Tensor, voice: Tensor, at: float,
        lengths: Sequence[int],
    ) -> Tensor:  # fmt: skip
        """Velocity of *mel* at time *at* (0 noise, 1 speech); all are batch x frames x bands but
        *voice*, batch x bands. Frames from a row's length on are padding."""
        frames = mel.shape[1]
        time = self.time_mlp(_time(at, mel))[None]
        voices = voice[:, None].expand(-1, frames, -1)
        x = self.proj(torch.cat([mel, known, meant, voices], dim=-1))
        x = self._placed(x) + x
        seen = _seen(frames, self.sizes.chunk, lengths, mel.device)
        turn = _turn(frames, self.sizes.width // self.sizes.heads, mel)
        for block in self.blocks:
            x = block(x, time, seen, turn)
        scale, shift = self.norm_out(F.silu(time)).chunk(2, dim=-1)
        return self.proj_out(_normed(x) * (1 + scale) + shift)

    def _placed(self, x: Tensor) -> Tensor:
        """Convolutions that look back tell the frames where they are."""
        x = x.transpose(1, 2)
        for conv in (self.conv1, self.conv2):
            x = F.mish(conv(F.pad(x, (_KERNEL - 1, 0))))
        return x.transpose(1, 2)


class _Block(nn.Module):
    """Attention and a plain network, both scaled, shifted and gated by the time."""

    def __init__(self, sizes: FlowSizes) -> None:
        super().__init__()
        self.heads = sizes.heads
        self.attn_norm = nn.Linear(sizes.width, 6 * sizes.width)
        self.to_q, self.to_k, self.to_v, self.to_out = (
            nn.Linear(sizes.width, sizes.width) for _ in range(4)
        )
        self.ff_in = nn.Linear(sizes.width, sizes.inner)
        self.ff_out = nn.Linear(sizes.inner, sizes.width)

    def forward(self, x: Tensor, time: Tensor, seen: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        shift, scale, gate, shift2, scale2, gate2 = self.attn_norm(F.silu(time)).chunk(6, dim=-1)
        x = x + gate * self._attended(_normed(x) * (1 + scale) + shift, seen, turn)
        inner = F.gelu(self.ff_in(_normed(x) * (1 + scale2) + shift2), approximate="tanh")
        return x + gate2 * self.ff_out(inner)

    def _attended(self, x: Tensor, seen: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        queries, keys = _turned(self.to_q(x), turn), _turned(self.to_k(x), turn)
        heads = [
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for each in (queries, keys, self.to_v(x))
        ]
        attended = F.scaled_dot_product_attention(*heads, attn_mask=seen)
        return self.to_out(attended.transpose(1, 2).flatten(2))


def _normed(x: Tensor) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], eps=1e-6)


def _time(at: float, like: Tensor) -> Tensor:
    half = _TIME // 2
    speeds = torch.exp(torch.arange(half, device=like.device) * (-math.log(10_000) / (half - 1)))
    angles = 1000 * at * speeds
    return torch.cat([angles.sin(), angles.cos()])[None].to(like)


def _seen(frames: int, chunk: int, lengths: Sequence[int], device: Any) -> Tensor:
    """Which frames each one sees: batch x 1 x frames x frames."""
    places = torch.arange(frames, device=device)
    begun = places < (places[:, None] // chunk + 1) * chunk
    there = places < torch.tensor(lengths, device=device)[:, None]
    return (begun & there[:, None])[:, None]


def _turn(frames: int, size: int, like: Tensor) -> tuple[Tensor, Tensor]:
    speeds = 10_000 ** -(torch.arange(0, size, 2, device=like.device).float() / size)
    angles = torch.arange(frames, device=like.device)[:, None] * speeds
    angles = angles.repeat_interleave(2, dim=-1)
    return angles.cos().to(like), angles.sin().to(like)


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Only the first head is turned by place: so the published weights were trained."""
    cosine, sine = turn
    size = cosine.shape[-1]
    first, others = x[..., :size], x[..., size:]
    pairs = first.unflatten(-1, (-1, 2))
    across = torch.stack([-pairs[..., 1], pairs[..., 0]], dim=-1).flatten(-2)
    return torch.cat([first * cosine + across * sine, others], dim=-1)
