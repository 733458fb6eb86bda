"""From tokens of the unrolled head to Gaussians: a map four times as fine, and a head for each
attribute. Names of parameters are those of published checkpoints.

The map is made as by R. Ranftl et al., "Vision Transformers for Dense Prediction", ICCV 2021.
"""

# pyright: reportUntypedBaseClass=false

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.lam.network import Attributes
from avatar_serving.uika.shape import UikaShape

GATHERED = 4
"""Channels of what all pictures showed of a place: red, green, blue, and how often."""


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))

    def forward(self, found: Any) -> Any:
        return found + self.conv2(F.relu(self.conv1(F.relu(found))))


class Refine(nn.Module):
    """*joins*: a finer scale is added."""

    def __init__(self, width: int, joins: bool) -> None:
        super().__init__()
        self.out_conv = nn.Conv2d(width, width, 1)
        self.resConfUnit1 = Residual(width) if joins else None
        self.resConfUnit2 = Residual(width)

    def forward(self, coarse: Any, fine: Any, size: Any) -> Any:
        if self.resConfUnit1 is not None:
            coarse = coarse + self.resConfUnit1(fine)
        coarse = self.resConfUnit2(coarse)
        return self.out_conv(F.interpolate(coarse, size, mode="bilinear", align_corners=False))


class DenseMap(nn.Module):
    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        sizes, width = shape.channels, shape.decoded
        self.side = shape.map_tokens
        self.projects = nn.ModuleList(nn.Conv2d(shape.width, size, 1) for size in sizes)
        self.resize_layers = nn.ModuleList(
            [
                nn.ConvTranspose2d(sizes[0], sizes[0], 4, 4),
                nn.ConvTranspose2d(sizes[1], sizes[1], 2, 2),
                nn.Identity(),
                nn.Conv2d(sizes[3], sizes[3], 3, 2, 1),
            ]
        )
        self.layer_rn = nn.ModuleList(
            nn.Conv2d(size + GATHERED, width, 3, padding=1, bias=False) for size in sizes
        )
        self.refinenet = nn.ModuleList(Refine(width, joins=number > 0) for number in range(4))
        self.output_conv = nn.Sequential(
            nn.Conv2d(width + GATHERED, width, 3, padding=1),
            nn.LeakyReLU(),
            nn.Conv2d(width, width, 3, padding=1),
        )

    def forward(self, tokens: list[Any], gathered: Any) -> Any:
        """(b, decoded, map_px, map_px) of the tokens of four depths; *gathered* is as large."""
        scales: list[Any] = []
        for number, of_depth in enumerate(tokens):
            found = of_depth.transpose(1, 2).unflatten(2, (self.side, self.side))
            found = self.resize_layers[number](self.projects[number](found))
            wide = gathered.float()  # not every device averages in 16 bits
            shown = F.interpolate(wide, found.shape[2:], mode="bilinear", antialias=True)
            joined = torch.cat([found, shown.to(found.dtype)], 1)
            scales.append(self.layer_rn[number](joined))
        path = scales[3]
        for number, refine in enumerate(self.refinenet):
            size = scales[max(2 - number, 0)].shape[2:]
            path = refine(path, scales[3 - number], size)
        return self.output_conv(torch.cat([path, gathered], 1))


class Hidden(nn.Module):
    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(shape.decoded, shape.hidden),
            nn.SiLU(),
            nn.Linear(shape.hidden, shape.hidden),
            nn.SiLU(),
            nn.Linear(shape.hidden, shape.hidden),
        )

    def forward(self, found: Any) -> Any:
        return self.layers(found)


class Heads(nn.Module):
    """Each attribute is one linear map, brought into its range. Colours are guessed, and mixed with
    what pictures showed by a share that is guessed too."""

    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        self.most_offset, self.most_scale = shape.most_offset, shape.most_scale
        sizes = {"xyz": 3, "opacity": 1, "scaling": 3, "rotation": 4}
        self.out_layers = nn.ModuleDict(
            {name: nn.Linear(shape.hidden, size) for name, size in sizes.items()}
        )
        self.out_layers["shs"] = nn.Linear(shape.hidden + GATHERED, 4)

    def forward(self, found: Any, shown: Any) -> Attributes:
        layers = self.out_layers
        guess = layers["shs"](torch.cat([found, shown], -1)).float().sigmoid()
        share = guess[..., 3:]
        return Attributes(
            offset=(layers["xyz"](found).float().sigmoid() - 0.5) * 2 * self.most_offset,
            scale=layers["scaling"](found).float().exp().clamp(1e-6, self.most_scale),
            rotation=F.normalize(layers["rotation"](found).float(), dim=-1),
            opacity=layers["opacity"](found).float().sigmoid()[..., 0],
            colour=share * guess[..., :3] + (1 - share) * shown[..., :3].float(),
        )


class Decoder(nn.Module):
    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        self.dpt_decoder = DenseMap(shape)
        self.mlp_net = Hidden(shape)
        self.gs_net = Heads(shape)

    def forward(self, tokens: list[Any], gathered: Any, places: Any) -> Attributes:
        """At *places* (b, n, 2) of the map, 0..1, u across and v down."""
        found = _at(self.dpt_decoder(tokens, gathered), places)
        return self.gs_net(self.mlp_net(found), _at(gathered, places))


def _at(maps: Any, places: Any) -> Any:
    """(b, n, channels) of (b, channels, h, w). In 32 bits: 16 cannot tell neighbours apart."""
    grid = (places.float() * 2 - 1)[:, :, None]
    read = F.grid_sample(maps.float(), grid, padding_mode="border", align_corners=False)
    return read[..., 0].transpose(1, 2).to(maps.dtype)
