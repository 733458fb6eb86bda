"""How large the network is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class UikaShape:
    """The defaults are those of the published network: a ViT-L/16 with register tokens of the
    DINOv3 kind, 96 x 96 tokens of the unrolled head, and twelve blocks."""

    image_px: int = 512
    """Side of the pictures, and of each unrolled; a multiple of *patch_px*."""
    patch_px: int = 16
    vision_width: int = 1024
    vision_depth: int = 24
    vision_heads: int = 16
    registers: int = 4
    fused: tuple[int, ...] = (4, 11, 17, 23)
    """Layers of the image encoder whose tokens are joined."""
    width: int = 1024
    depth: int = 12
    """Blocks; a multiple of 4, for four of them are looked at by the decoder."""
    heads: int = 16
    map_tokens: int = 96
    """Side of the square of tokens of the unrolled head; even."""
    channels: tuple[int, int, int, int] = (256, 512, 1024, 1024)
    """Of the decoder's four scales, the finest first."""
    decoded: int = 256
    """Width of what the decoder says of each place on the map."""
    hidden: int = 512
    """Width between the decoder and the heads."""
    layout: str = "landmarks"
    """Which part of the head is where on the map. ``canonical``: as `avatars.head_map` has it;
    ``landmarks``: as ``layout.npy`` beside the weights says, (468, 2), 0..1, a row for each of a
    face's landmarks."""
    most_offset: float = 0.1
    """How far a splat may be from its point, along each axis; m."""
    most_scale: float = 0.01
    """Largest standard deviation of a splat; m."""

    @property
    def map_px(self) -> int:
        """Side of the map that the decoder makes."""
        return 4 * self.map_tokens
