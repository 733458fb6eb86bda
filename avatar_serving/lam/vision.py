"""The image encoder: a vision transformer of the DINOv2 kind, with register tokens.

Names of parameters are those of published checkpoints.
"""

# pyright: reportUntypedBaseClass=false

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.lam.shape import LamShape

EPS = 1e-6


class Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Any) -> Any:
        q, k, v = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Any) -> Any:
        return self.fc2(F.gelu(self.fc1(tokens)))


class Scale(nn.Module):
    """LayerScale: a learnt size for each channel of what a branch adds."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Any) -> Any:
        return tokens * self.gamma


class Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, EPS)
        self.attn = Attention(width, heads)
        self.ls1 = Scale(width)
        self.norm2 = nn.LayerNorm(width, EPS)
        self.mlp = Mlp(width)
        self.ls2 = Scale(width)

    def forward(self, tokens: Any) -> Any:
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))


class Patches(nn.Module):
    def __init__(self, width: int, patch_px: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch_px, patch_px)

    def forward(self, picture: Any) -> Any:
        return self.proj(picture).flatten(2).transpose(1, 2)


class Vit(nn.Module):
    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        width = shape.vision_width
        self.first, self.fused = 1 + shape.registers, shape.fused
        self.patch_embed = Patches(width, shape.patch_px)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, 1 + shape.tokens, width) * 0.02)
        self.register_tokens = nn.Parameter(torch.zeros(1, shape.registers, width))
        self.mask_token = nn.Parameter(torch.zeros(1, width))  # of training; in every checkpoint
        self.blocks = nn.ModuleList(
            Block(width, shape.vision_heads) for _ in range(shape.vision_depth)
        )
        self.norm = nn.LayerNorm(width, EPS)

    def forward(self, picture: Any) -> list[Any]:
        """Tokens (b, t, width) of the patches after each of the fused layers."""
        patches = self.patch_embed(picture) + self.pos_embed[:, 1:]
        count = len(patches)
        first = (self.cls_token + self.pos_embed[:, :1]).expand(count, -1, -1)
        tokens = torch.cat([first, self.register_tokens.expand(count, -1, -1), patches], 1)
        found: list[Any] = []
        for depth, block in enumerate(self.blocks):
            tokens = block(tokens)
            if depth in self.fused:
                found.append(self.norm(tokens)[:, self.first :])
        return found


class Fusion(nn.Module):
    """Several layers' tokens, each *seen* wide, as one of *width*."""

    def __init__(self, seen: int, layers: int, width: int) -> None:
        super().__init__()
        self.projects = nn.ModuleList(nn.Conv2d(seen, seen, 1) for _ in range(layers))
        self.output_conv = nn.Conv2d(layers * seen, width, 1)

    def forward(self, layers: list[Any]) -> Any:
        as_maps = [tokens.transpose(1, 2)[..., None] for tokens in layers]
        joined = torch.cat([p(m) for p, m in zip(self.projects, as_maps, strict=True)], 1)
        return self.output_conv(joined)[..., 0].transpose(1, 2)


class ImageEncoder(nn.Module):
    def __init__(self, shape: LamShape) -> None:
        super().__init__()
        self.model = Vit(shape)
        self.fusion_head = Fusion(shape.vision_width, len(shape.fused), shape.width)

    def forward(self, picture: Any) -> Any:
        """(b, t, width) of (b, 3, side, side), 0..1."""
        return self.fusion_head(self.model(picture))
