"""From one picture to Gaussians on given points: image tokens, joint attention, heads.

LAM: Large Avatar Model for One-shot Animatable Gaussian Head, He et al. 2025. Names of parameters
are those of its checkpoints.
"""

# pyright: reportUntypedBaseClass=false

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.lam.shape import LamShape
from avatar_serving.lam.vision import ImageEncoder

EPS = 1e-6


@dataclass(frozen=True)
class Attributes:
    """Of a splat for each point; lengths in m."""

    offset: Any
    """(b, n, 3), from its point."""
    scale: Any
    """(b, n, 3): standard deviations."""
    rotation: Any
    """(b, n, 4): unit quaternions w, x, y, z."""
    opacity: Any
    """(b, n), 0..1"""
    colour: Any
    """(b, n, 3), sRGB 0..1."""


class PointEmbedding(nn.Module):
    """Where a point is, as sines and cosines of growing frequency, and itself."""

    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        waves = math.pi * 2.0 ** torch.arange(shape.frequencies)
        basis = torch.zeros(3, 3 * shape.frequencies)
        for axis in range(3):
            basis[axis, axis * shape.frequencies : (axis + 1) * shape.frequencies] = waves
        self.register_buffer("basis", basis)
        self.mlp = nn.Linear(6 * shape.frequencies + 3, shape.width)
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, points: Any) -> Any:
        angles = points @ self.basis
        return self.norm(self.mlp(torch.cat([angles.sin(), angles.cos(), points], -1)))


class JointAttention(nn.Module):
    """Points and image tokens attend to each other and themselves, each by weights of its own."""

    def __init__(self, width: int, heads: int, last: bool) -> None:
        super().__init__()
        self.heads = heads
        self.to_q, self.to_k, self.to_v = (nn.Linear(width, width) for _ in range(3))
        self.add_q_proj, self.add_k_proj, self.add_v_proj = (
            nn.Linear(width, width) for _ in range(3)
        )
        self.to_out = nn.ModuleList([nn.Linear(width, width)])
        self.to_add_out = None if last else nn.Linear(width, width)

    def forward(self, points: Any, image: Any) -> tuple[Any, Any]:
        count = points.shape[1]
        pairs = (
            (self.to_q, self.add_q_proj),
            (self.to_k, self.add_k_proj),
            (self.to_v, self.add_v_proj),
        )
        q, k, v = (self._split(torch.cat([a(points), b(image)], 1)) for a, b in pairs)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        seen = None if self.to_add_out is None else self.to_add_out(mixed[:, count:])
        return self.to_out[0](mixed[:, :count]), seen

    def _split(self, tokens: Any) -> Any:
        return tokens.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class Gelu(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(width, 4 * width)

    def forward(self, tokens: Any) -> Any:
        return F.gelu(self.proj(tokens), approximate="tanh")


class FeedForward(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.ModuleList([Gelu(width), nn.Identity(), nn.Linear(4 * width, width)])

    def forward(self, tokens: Any) -> Any:
        for part in self.net:
            tokens = part(tokens)
        return tokens


class JointBlock(nn.Module):
    """*last*: nobody asks for the image tokens any more."""

    def __init__(self, width: int, heads: int, last: bool) -> None:
        super().__init__()
        self.norm1, self.norm1_context = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = JointAttention(width, heads, last)
        self.norm2 = nn.LayerNorm(width, EPS, elementwise_affine=False)
        self.ff = FeedForward(width)
        self.ff_context = None if last else FeedForward(width)

    def forward(self, points: Any, image: Any) -> tuple[Any, Any]:
        told, seen = self.attn(self.norm1(points), self.norm1_context(image))
        points = points + told
        points = points + self.ff(self.norm2(points))
        if self.ff_context is None:
            return points, image
        image = image + seen
        return points, image + self.ff_context(self.norm2(image))


class Transformer(nn.Module):
    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        self.linear_cond_proj = nn.Linear(shape.width, shape.width)
        self.layers = nn.ModuleList(
            JointBlock(shape.width, shape.heads, depth == shape.depth - 1)
            for depth in range(shape.depth)
        )
        self.norm = nn.LayerNorm(shape.width, EPS)

    def forward(self, points: Any, image: Any) -> Any:
        image = self.linear_cond_proj(image)
        for layer in self.layers:
            points, image = layer(points, image)
        return self.norm(points)


class Hidden(nn.Module):
    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        sizes = (shape.width, shape.hidden, shape.hidden, shape.width)
        pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
        parts: list[nn.Module] = []
        for wide, narrow in pairs:
            parts += [nn.Linear(wide, narrow), nn.SiLU()]
        self.layers = nn.Sequential(*parts[:-1])

    def forward(self, points: Any) -> Any:
        return self.layers(points)


class Heads(nn.Module):
    """Each attribute is one linear map of a point's token, brought into its range."""

    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        self.most_offset, self.most_scale = shape.most_offset, shape.most_scale
        sizes = {"shs": 3, "scaling": 3, "xyz": 3, "opacity": 1, "rotation": 4}
        self.out_layers = nn.ModuleDict(
            {name: nn.Linear(shape.width, size) for name, size in sizes.items()}
        )

    def forward(self, points: Any) -> Attributes:
        found = {name: layer(points).float() for name, layer in self.out_layers.items()}
        return Attributes(
            offset=(found["xyz"].sigmoid() - 0.5) * 2 * self.most_offset,
            scale=found["scaling"].exp().clamp(1e-6, self.most_scale),
            rotation=F.normalize(found["rotation"], dim=-1),
            opacity=found["opacity"].sigmoid()[..., 0],
            colour=found["shs"].sigmoid(),
        )


class Renderer(nn.Module):
    """What checkpoints call so: here only what makes the Gaussians."""

    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        self.mlp_net = Hidden(shape)
        self.gs_net = Heads(shape)

    def forward(self, points: Any) -> Attributes:
        return self.gs_net(self.mlp_net(points))


class Lam(nn.Module):
    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        self.encoder = ImageEncoder(shape)
        self.pcl_embed = PointEmbedding(shape)
        self.transformer = Transformer(shape)
        self.renderer = Renderer(shape)

    def forward(self, picture: Any, points: Any) -> Attributes:
        """*picture* (b, 3, side, side), 0..1, over white; *points* (b, n, 3) on the head, m."""
        image = self.encoder(picture)
        tokens = self.transformer(self.pcl_embed(points).to(image.dtype), image)
        return self.renderer(tokens)
