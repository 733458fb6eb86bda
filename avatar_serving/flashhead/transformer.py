"""The denoising network: a transformer over space and time that attends to sound, frame by frame.

Of the Wan family (arXiv 2503.20314). Names of parameters are those of published checkpoints.
"""

# pyright: reportUntypedBaseClass=false

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.flashhead.sizes import FilmSizes
from avatar_serving.flashhead.sound_tokens import SoundTokens


class Normed(nn.Module):
    """RMSNorm."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, vectors: Any) -> Any:
        wide = vectors.float()
        even = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)
        return even.to(vectors.dtype) * self.weight


class Attention(nn.Module):
    """Of tokens to *others*; turned by *places* where they have some."""

    def __init__(self, sizes: FilmSizes) -> None:
        super().__init__()
        width, self.heads = sizes.dim, sizes.num_heads
        self.q, self.k, self.v, self.o = (nn.Linear(width, width) for _ in range(4))
        self.norm_q, self.norm_k = (Normed(width, sizes.eps) for _ in range(2))

    def forward(self, tokens: Any, others: Any, places: Any = None) -> Any:
        q, k = self.norm_q(self.q(tokens)), self.norm_k(self.k(others))
        q, k, v = (
            each.unflatten(-1, (self.heads, -1)).transpose(1, 2) for each in (q, k, self.v(others))
        )
        if places is not None:
            q, k = turned(q, places), turned(k, places)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.o(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, sizes: FilmSizes) -> None:
        super().__init__()
        width, eps = sizes.dim, sizes.eps
        self.self_attn, self.cross_attn = Attention(sizes), Attention(sizes)
        self.norm1, self.norm2 = (
            nn.LayerNorm(width, eps, elementwise_affine=False) for _ in range(2)
        )
        self.norm3 = nn.LayerNorm(width, eps)
        self.ffn = nn.Sequential(
            nn.Linear(width, sizes.ffn_dim),
            nn.GELU("tanh"),
            nn.Linear(sizes.ffn_dim, width),
        )
        self.modulation = nn.Parameter(torch.randn(1, 6, width) / width**0.5)

    def forward(self, tokens: Any, heard: Any, when: Any, places: Any) -> Any:
        """*heard* (b, frames, k, width): each frame's tokens attend to its own."""
        shift, scale, gate, shift2, scale2, gate2 = (self.modulation + when).chunk(6, 1)
        asked = self.norm1(tokens) * (1 + scale) + shift
        tokens = tokens + self.self_attn(asked, asked, places) * gate
        each = self.norm3(tokens).unflatten(1, (heard.shape[1], -1)).flatten(0, 1)
        said = self.cross_attn(each, heard.flatten(0, 1))
        tokens = tokens + said.unflatten(0, heard.shape[:2]).flatten(1, 2)
        return tokens + self.ffn(self.norm2(tokens) * (1 + scale2) + shift2) * gate2


class Head(nn.Module):
    def __init__(self, sizes: FilmSizes) -> None:
        super().__init__()
        width = sizes.dim
        self.norm = nn.LayerNorm(width, sizes.eps, elementwise_affine=False)
        self.head = nn.Linear(width, sizes.out_dim * math.prod(sizes.patch_size))
        self.modulation = nn.Parameter(torch.randn(1, 2, width) / width**0.5)

    def forward(self, tokens: Any, when: Any) -> Any:
        shift, scale = (self.modulation + when[:, None]).chunk(2, 1)
        return self.head(self.norm(tokens) * (1 + scale) + shift)


class FilmTransformer(nn.Module):
    def __init__(self, sizes: FilmSizes) -> None:
        super().__init__()
        width = sizes.dim
        self.sizes = sizes
        self.patch_embedding = nn.Conv3d(sizes.in_dim, width, sizes.patch_size, sizes.patch_size)
        self.time_embedding = nn.Sequential(
            nn.Linear(sizes.freq_dim, width), nn.SiLU(), nn.Linear(width, width)
        )
        self.time_projection = nn.Sequential(nn.SiLU(), nn.Linear(width, 6 * width))
        self.audio_proj = SoundTokens(sizes)
        self.blocks = nn.ModuleList(Block(sizes) for _ in range(sizes.num_layers))
        self.head = Head(sizes)

    def forward(self, drawn: Any, reference: Any, heard: Any, time: float) -> Any:
        """The flow, as large as *drawn* (b, c, f, h, w), which is noise in part: *time* (0..1000)
        says how much. *reference*: the still picture's latents, as large. *heard* (b, frames, 5,
        layers, width): around each frame of the film."""
        patches = self.patch_embedding(torch.cat([drawn, reference], 1))
        grid = patches.shape[2:]
        tokens, places = patches.flatten(2).transpose(1, 2), _places(self.sizes, grid, drawn.device)
        moment = self.time_embedding(_waves(self.sizes.freq_dim, time, tokens))
        when = self.time_projection(moment).unflatten(1, (6, -1))
        said = self.audio_proj(heard.to(tokens.dtype))
        for block in self.blocks:
            tokens = block(tokens, said, when, places)
        return self._unpatched(self.head(tokens, moment), grid)

    def _unpatched(self, tokens: Any, grid: Any) -> Any:
        cells = tokens.unflatten(1, grid).unflatten(-1, (*self.sizes.patch_size, -1))
        return cells.permute(0, 7, 1, 4, 2, 5, 3, 6).flatten(2, 3).flatten(3, 4).flatten(4, 5)


def turned(vectors: Any, places: Any) -> Any:
    """*vectors* (b, heads, t, d), neighbouring channels turned together by angles (t, d / 2)."""
    low, high = vectors.double().unflatten(-1, (-1, 2)).unbind(-1)
    cos, sin = places.cos(), places.sin()
    both = torch.stack([low * cos - high * sin, low * sin + high * cos], -1)
    return both.flatten(-2).to(vectors.dtype)


def _places(sizes: FilmSizes, grid: Any, device: Any) -> Any:
    """(t, d / 2) angles: a part of a head's channels for frames, one for rows, one for columns."""
    whole = sizes.dim // sizes.num_heads
    third = whole // 3
    along: list[Any] = []
    for axis, (count, width) in enumerate(
        zip(grid, (whole - 2 * third, third, third), strict=True)
    ):
        rates = 10_000.0 ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
        angles = torch.arange(count, dtype=torch.float64)[:, None] * rates[: width // 2]
        shape = [1, 1, 1, width // 2]
        shape[axis] = count
        along.append(angles.view(shape).expand(*grid, width // 2))
    return torch.cat(along, -1).flatten(0, 2).to(device)


def _waves(width: int, time: float, like: Any) -> Any:
    """(1, width): *time* as cosines and sines of falling frequency."""
    half = width // 2
    rates = 10_000.0 ** -(torch.arange(half, dtype=torch.float64) / half)
    angles = time * rates
    return torch.cat([angles.cos(), angles.sin()])[None].to(like.device, like.dtype)
