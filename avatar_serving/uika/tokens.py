"""Tokens of the unrolled head, which ask all pictures and all that was unrolled of them.

Names of parameters are those of published checkpoints.
"""

# pyright: reportUntypedBaseClass=false

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.lam.network import FeedForward
from avatar_serving.uika.shape import UikaShape

EPS = 1e-6
SCALES = 4


class Normed(nn.Module):
    """A vector's direction, each channel by a size of its own (RMSNorm)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, vectors: Any) -> Any:
        wide = vectors.float()
        even = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + EPS)
        return even.to(vectors.dtype) * self.weight


class JointAttention(nn.Module):
    """Tokens of the map and of pictures attend to each other and themselves, each by weights of
    its own; queries and keys are normed."""

    def __init__(self, width: int, heads: int, last: bool) -> None:
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width) for _ in range(3))
        self.add_q_proj, self.add_k_proj, self.add_v_proj = (
            nn.Linear(width, width) for _ in range(3)
        )
        self.norm_q, self.norm_k, self.norm_added_q, self.norm_added_k = (
            Normed(width // heads) for _ in range(4)
        )
        self.to_out = nn.ModuleList([nn.Linear(width, width)])
        self.to_add_out = None if last else nn.Linear(width, width)

    def forward(self, tokens: Any, seen: Any) -> tuple[Any, Any]:
        count = tokens.shape[1]
        q = self._joined(self.norm_q, self.to_q(tokens), self.norm_added_q, self.add_q_proj(seen))
        k = self._joined(self.norm_k, self.to_k(tokens), self.norm_added_k, self.add_k_proj(seen))
        v = torch.cat([self._split(self.to_v(tokens)), self._split(self.add_v_proj(seen))], 2)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        back = None if self.to_add_out is None else self.to_add_out(mixed[:, count:])
        return self.to_out[0](mixed[:, :count]), back

    def _joined(self, norm: Any, tokens: Any, added_norm: Any, added: Any) -> Any:
        return torch.cat([norm(self._split(tokens)), added_norm(self._split(added))], 2)

    def _split(self, tokens: Any) -> Any:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class DualBlock(nn.Module):
    """*last*: nobody asks for the tokens of pictures any more."""

    def __init__(self, width: int, heads: int, last: bool) -> None:
        super().__init__()
        self.norm1, self.norm1_context, self.norm1_context2 = (
            nn.LayerNorm(width) for _ in range(3)
        )
        self.attn, self.attn2 = (JointAttention(width, heads, last) for _ in range(2))
        self.norm2 = nn.LayerNorm(width, EPS, elementwise_affine=False)
        self.ff = FeedForward(width)
        self.ff_context = None if last else FeedForward(width)
        self.ff_context2 = None if last else FeedForward(width)

    def forward(self, tokens: Any, pictures: Any, unrolled: Any) -> tuple[Any, Any, Any]:
        asked = self.norm1(tokens)
        told, seen = self.attn(asked, self.norm1_context(pictures))
        told2, seen2 = self.attn2(asked, self.norm1_context2(unrolled))
        tokens = tokens + told + told2
        tokens = tokens + self.ff(self.norm2(tokens))
        if self.ff_context is None or self.ff_context2 is None:
            return tokens, pictures, unrolled
        pictures, unrolled = pictures + seen, unrolled + seen2
        pictures = pictures + self.ff_context(self.norm2(pictures))
        return tokens, pictures, unrolled + self.ff_context2(self.norm2(unrolled))


class MapTransformer(nn.Module):
    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        width, count = shape.width, shape.map_tokens**2
        self.every = shape.depth // SCALES
        self.uv_token = nn.Parameter(torch.randn(count, width) * 0.02)
        self.uv_pos_embed = nn.Parameter(_places(shape.map_tokens, width))
        self.linear_cond_proj, self.linear_cond_proj2 = (nn.Linear(width, width) for _ in range(2))
        self.layers = nn.ModuleList(
            DualBlock(width, shape.heads, depth == shape.depth - 1) for depth in range(shape.depth)
        )
        self.norm_list = nn.ModuleList(nn.LayerNorm(width, EPS) for _ in range(SCALES))

    def forward(self, pictures: Any, unrolled: Any) -> list[Any]:
        """Tokens (b, map_tokens^2, width) after each fourth of the blocks, of what all pictures of
        a person (b, t, width) show, and all that was unrolled of them."""
        tokens = (self.uv_token + self.uv_pos_embed).to(pictures.dtype)
        tokens = tokens.expand(len(pictures), -1, -1)
        pictures, unrolled = self.linear_cond_proj(pictures), self.linear_cond_proj2(unrolled)
        found: list[Any] = []
        for depth, layer in enumerate(self.layers, start=1):
            tokens, pictures, unrolled = layer(tokens, pictures, unrolled)
            if depth % self.every == 0:
                found.append(self.norm_list[len(found)](tokens))
        return found


def _places(side: int, width: int) -> Any:
    """(side^2, width): sines and cosines of a place's column, then of its row."""
    quarter = width // 4
    rates = 10_000.0 ** -(torch.arange(quarter) / quarter)
    down, across = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    angles = [place.flatten()[:, None] * rates for place in (across, down)]
    return torch.cat([f(a) for a in angles for f in (torch.sin, torch.cos)], 1)
