"""The image encoder: a vision transformer of the DINOv3 kind, with rotary places.

O. Siméoni et al., "DINOv3", arXiv 2508.10104. Names of parameters are those of published
checkpoints.
"""

# pyright: reportUntypedBaseClass=false

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.lam.vision import Fusion, Mlp, Patches, Scale
from avatar_serving.uika.shape import UikaShape

EPS = 1e-5
SLOWEST = 100.0
"""The longest period of a rotary angle, in halves of a picture's side."""
MEAN, SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pictures it learnt from, 0..1."""


class Places(nn.Module):
    """How far the halves of a head's channels are turned for each patch."""

    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        quarter = shape.vision_width // shape.vision_heads // 4
        self.register_buffer("periods", SLOWEST ** (torch.arange(quarter) / quarter))

    def forward(self, side: int) -> tuple[Any, Any]:
        """Sine and cosine (side * side, channels of a head), in 32 bits."""
        periods = self.periods.float()
        at = (torch.arange(side, device=periods.device) + 0.5) / side * 2 - 1
        down, across = torch.meshgrid(at, at, indexing="ij")
        both = torch.stack([down, across], -1).flatten(0, 1)
        angles = (2 * math.pi * both[..., None] / periods).flatten(1).tile(2)
        return angles.sin(), angles.cos()


class QueriesKeysValues(nn.Linear):
    """Keys have no bias: checkpoints hold one with a mask over it."""

    def __init__(self, width: int) -> None:
        super().__init__(width, 3 * width)
        mask = torch.ones(3 * width)
        mask[width : 2 * width] = 0
        self.register_buffer("bias_mask", mask)

    def forward(self, tokens: Any) -> Any:
        return F.linear(tokens, self.weight, self.bias * self.bias_mask.to(self.bias.dtype))


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = QueriesKeysValues(width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Any, places: tuple[Any, Any]) -> Any:
        q, k, v = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(_turned(q, places), _turned(k, places), v)
        return self.proj(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, EPS), nn.LayerNorm(width, EPS)
        self.attn = Attention(width, heads)
        self.ls1, self.ls2 = Scale(width), Scale(width)
        self.mlp = Mlp(width)

    def forward(self, tokens: Any, places: tuple[Any, Any]) -> Any:
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens), places))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))


class Vit(nn.Module):
    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        width = shape.vision_width
        self.first, self.fused = 1 + shape.registers, shape.fused
        self.side = shape.image_px // shape.patch_px
        self.patch_embed = Patches(width, shape.patch_px)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width) * 0.02)
        self.storage_tokens = nn.Parameter(torch.randn(1, shape.registers, width) * 0.02)
        self.mask_token = nn.Parameter(torch.zeros(1, width))  # of training; in every checkpoint
        self.rope_embed = Places(shape)
        self.blocks = nn.ModuleList(
            Block(width, shape.vision_heads) for _ in range(shape.vision_depth)
        )
        self.norm = nn.LayerNorm(width, EPS)

    def forward(self, picture: Any) -> list[Any]:
        """Tokens (b, t, width) of the patches after each of the fused layers."""
        patches = self.patch_embed(picture)
        first = torch.cat([self.cls_token, self.storage_tokens], 1).expand(len(patches), -1, -1)
        tokens, places = torch.cat([first, patches], 1), self.rope_embed(self.side)
        found: list[Any] = []
        for depth, block in enumerate(self.blocks):
            tokens = block(tokens, places)
            if depth in self.fused:
                found.append(self.norm(tokens)[:, self.first :])
        return found


class ImageEncoder(nn.Module):
    """Pictures, and heads unrolled, by one transformer; each joined by weights of its own."""

    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        self.model = Vit(shape)
        self.fusion_head, self.uv_fusion_head = (
            Fusion(shape.vision_width, len(shape.fused), shape.width) for _ in range(2)
        )

    def forward(self, pictures: Any, unrolled: bool) -> Any:
        """(b, t, width) of (b, 3, side, side), 0..1."""
        mean, spread = (
            torch.tensor(each, device=pictures.device, dtype=pictures.dtype)[:, None, None]
            for each in (MEAN, SPREAD)
        )
        layers = self.model((pictures - mean) / spread)
        return (self.uv_fusion_head if unrolled else self.fusion_head)(layers)


def _turned(tokens: Any, places: tuple[Any, Any]) -> Any:
    """*tokens* (b, heads, t, channels), the last of which have places."""
    sine, cosine = places
    first = tokens.shape[2] - len(sine)
    own, placed = tokens[:, :, :first], tokens[:, :, first:].to(sine.dtype)
    low, high = placed.chunk(2, -1)
    turned = placed * cosine + torch.cat([-high, low], -1) * sine
    return torch.cat([own, turned.to(tokens.dtype)], 2)
