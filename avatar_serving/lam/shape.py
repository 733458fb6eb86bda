"""How large the network is, and where a folder of weights says so."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

Shape = TypeVar("Shape")


@dataclass(frozen=True)
class LamShape:
    """The defaults are those of LAM-20K: a ViT-L/14 with registers and ten joint blocks."""

    image_px: int = 518
    """Side of the picture; a multiple of *patch_px*."""
    patch_px: int = 14
    vision_width: int = 1024
    vision_depth: int = 24
    vision_heads: int = 16
    registers: int = 4
    fused: tuple[int, ...] = (4, 11, 17, 23)
    """Layers of the image encoder whose tokens are joined."""
    width: int = 1024
    depth: int = 10
    heads: int = 16
    frequencies: int = 8
    """Of sines and cosines that say where a point is, along each axis."""
    hidden: int = 512
    """Width between the transformer and the heads."""
    most_offset: float = 0.1
    """How far a splat may be from its point, along each axis; m."""
    most_scale: float = 0.01
    """Largest standard deviation of a splat; m."""

    @property
    def tokens(self) -> int:
        return (self.image_px // self.patch_px) ** 2


def read_shape(folder: Path, kind: type[Shape]) -> Shape:
    """Of ``shape.json`` in a folder of weights; without one, the published network's."""
    path = folder / "shape.json"
    told: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
    return kind(**{**told, **lists})


def write_shape(shape: Any, folder: Path) -> None:
    (folder / "shape.json").write_text(json.dumps(asdict(shape)))
