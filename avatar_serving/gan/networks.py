"""A deep convolutional pair (Radford et al. 2016) for faces of 128 x 128 pixels."""

from typing import Any

SIDE_PX = 128
NOISE = 100
"""Normals that a portrait is made of."""
_COARSE = 8
_WIDTHS = 512, 256, 128, 64, 32
_KEPT = 0.3
"""Of a slope below zero; also the share that the discriminator drops."""


def generator() -> Any:
    """From (n, NOISE) normals to (n, 3, SIDE_PX, SIDE_PX) of -1 to 1: a ``torch.nn.Module``."""
    from torch import nn

    inside = _WIDTHS[0] * _COARSE**2
    layers: list[Any] = [
        nn.Linear(NOISE, inside, bias=False), nn.BatchNorm1d(inside), nn.LeakyReLU(_KEPT),
        nn.Unflatten(1, (_WIDTHS[0], _COARSE, _COARSE)),
    ]  # fmt: skip
    for number, (into, out) in enumerate(zip(_WIDTHS, _WIDTHS[1:], strict=False)):
        layers += [_wider(into, out, 2 if number else 1), nn.BatchNorm2d(out), nn.LeakyReLU(_KEPT)]
    return nn.Sequential(*layers, _wider(_WIDTHS[-1], 3, 2), nn.Tanh())


def discriminator() -> Any:
    """From (n, 3, SIDE_PX, SIDE_PX) to (n, 1) logits, above 0 for what seems a real picture."""
    from torch import nn

    layers: list[Any] = []
    for into, out in ((3, 64), (64, 128)):
        layers += [nn.Conv2d(into, out, 5, 2, 2), nn.LeakyReLU(_KEPT), nn.Dropout(_KEPT)]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * (SIDE_PX // 4) ** 2, 1))


def _wider(into: int, out: int, times: int) -> Any:
    from torch import nn

    return nn.ConvTranspose2d(into, out, 5, times, 2, output_padding=times - 1, bias=False)
