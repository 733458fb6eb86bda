"""How far a picture is from another, and a change from a smooth one.

Pictures are (b, h, w, 3), 0..1; losses are means over what they compare.
"""

import math

import torch
import torch.nn.functional as F

from avatar_serving.splatting.stack import Tensor

SCALES = 3
DIRECTIONS = 4
FAINT = 0.02
"""Contrast below which a texture says little."""


def pixels(one: Tensor, other: Tensor) -> Tensor:
    """0.8 L1 + 0.2 (1 - SSIM): for pictures that agree pixel by pixel."""
    return 0.8 * (one - other).abs().mean() + 0.2 * (1 - similarity(one, other))


def similarity(one: Tensor, other: Tensor) -> Tensor:
    """SSIM (Wang et al. 2004) with windows of 11 pixels."""
    x, y = one.permute(0, 3, 1, 2), other.permute(0, 3, 1, 2)
    window = _gaussian(11, 1.5, x)

    def mean(values: Tensor) -> Tensor:
        return F.conv2d(values.flatten(0, 1)[:, None], window, padding=5)

    mx, my = mean(x), mean(y)
    xx, yy, xy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    up, down = (2 * mx * my + c1) * (2 * xy + c2), (mx**2 + my**2 + c1) * (xx + yy + c2)
    return (up / down).mean()


def perceptual(one: Tensor, other: Tensor) -> Tensor:
    """Distance of textures, not of pixels: oriented edges of brightness and colour on three scales,
    their strength relative to each other, pooled so that a small shift costs little. It stands
    where LPIPS would, without learned weights."""
    loss = one.new_zeros(())
    x, y = one.permute(0, 3, 1, 2), other.permute(0, 3, 1, 2)
    for _ in range(SCALES):
        loss = loss + (_texture(x) - _texture(y)).square().sum(1).mean()
        if min(x.shape[2:]) < 16:
            break
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    return loss / SCALES


def roughness(change: Tensor, pairs: Tensor) -> Tensor:
    """Laplacian on a mesh: how far each value of *change* (n, k) is from the mean of its
    neighbours, squared; *pairs* (e, 2) are both directions of each edge."""
    count = torch.bincount(pairs[:, 0], minlength=len(change)).clamp_min(1)[:, None]
    sums = torch.zeros_like(change).index_add(0, pairs[:, 0], change[pairs[:, 1]])
    return (change - sums / count).square().sum(1).mean()


def _texture(picture: Tensor) -> Tensor:
    """(b, 3 * DIRECTIONS + 3, h', w')"""
    filters = _edges(picture)
    found = F.conv2d(picture.flatten(0, 1)[:, None], filters, padding=3).abs()
    edges = found.view(len(picture), -1, *picture.shape[2:])
    pooled = F.avg_pool2d(edges, 4, 2, ceil_mode=True)
    colour = F.avg_pool2d(picture, 4, 2, ceil_mode=True)
    size = (pooled.square().sum(1, keepdim=True) + FAINT**2).sqrt()
    return torch.cat([pooled / size, colour], 1)


def _edges(like: Tensor) -> Tensor:
    """(DIRECTIONS, 1, 7, 7): derivatives of a Gaussian."""
    at = torch.arange(7, device=like.device, dtype=like.dtype) - 3
    y, x = torch.meshgrid(at, at, indexing="ij")
    bump = torch.exp(-(x * x + y * y) / (2 * 1.2**2))
    angles = [math.pi * i / DIRECTIONS for i in range(DIRECTIONS)]
    found = torch.stack([(x * math.cos(a) + y * math.sin(a)) * bump for a in angles])
    return (found / found.abs().sum((1, 2), keepdim=True) * 2)[:, None]


def _gaussian(size: int, sigma: float, like: Tensor) -> Tensor:
    at = torch.arange(size, device=like.device, dtype=like.dtype) - size // 2
    line = torch.exp(-at * at / (2 * sigma * sigma))
    square = line[:, None] * line
    return (square / square.sum())[None, None]
