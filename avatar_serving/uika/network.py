"""From any number of pictures of a person to Gaussians on a head.

UIKA: Fast Universal Head Avatar from Pose-Free Images, Z. Wu et al., CVPR 2026 (arXiv 2601.07603).
Names of parameters are those of its checkpoints.
"""

# pyright: reportUntypedBaseClass=false

from typing import Any

from torch import nn

from avatar_serving.lam.network import Attributes
from avatar_serving.uika.decoder import Decoder
from avatar_serving.uika.shape import UikaShape
from avatar_serving.uika.tokens import MapTransformer
from avatar_serving.uika.vision import ImageEncoder


class Uika(nn.Module):
    def __init__(self, shape: UikaShape) -> None:
        super().__init__()
        self.encoder = ImageEncoder(shape)
        self.transformer = MapTransformer(shape)
        self.gs_decoder = Decoder(shape)

    def forward(self, pictures: Any, unrolled: Any, gathered: Any, places: Any) -> Attributes:
        """Of one person.

        *pictures* (v, 3, side, side), 0..1, over white; *unrolled* (v, 3, side, side): the head in
        each, unrolled, black where it is not seen; *gathered* (4, map, map): their mean, and how
        often a place was seen, 0..1; *places* (n, 2) on the map, 0..1, where Gaussians are.
        """
        seen = self.encoder(pictures, unrolled=False).flatten(0, 1)[None]
        turned = self.encoder(unrolled, unrolled=True).flatten(0, 1)[None]
        return self.gs_decoder(self.transformer(seen, turned), gathered[None], places[None])
