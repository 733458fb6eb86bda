"""Draw the turned heads of docs/evaluation.md: ``python -m scripts.turns``.

Of the two portraits in the public domain that are among the weights.
"""

from pathlib import Path

import numpy as np
from PIL import Image

from avatar_serving import images, weights
from avatar_serving.avatars import portrait
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.faces import FaceFinder

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "turns.jpg"
SIZE_PX, TILE_PX = 768, 256
PEOPLE = ("portrait-astronaut", "portrait-admiral")
TURNS = ((-25, 0), (-15, 0), (15, 0), (25, 0), (0, 15), (0, -15), (25, 15), (-25, -15))
"""Yaw and pitch in degrees."""


def main() -> None:
    finder = FaceFinder()
    rows = [_row(name, finder) for name in PEOPLE]
    Image.fromarray(np.concatenate(rows)).save(PICTURE, quality=82, optimize=True)
    print(f"{PICTURE} ({PICTURE.stat().st_size // 1024} kB)")


def _row(name: str, finder: FaceFinder) -> np.ndarray:
    source = images.to_array(images.decode(weights.path(name).read_bytes()))
    *_, built = portrait.build(source, finder, SIZE_PX)
    assert isinstance(built, portrait.Portrait)
    canvas = Canvas(built.rig, TILE_PX)
    poses = ({"headYaw": float(yaw), "headPitch": float(pitch)} for yaw, pitch in TURNS)
    return np.concatenate([canvas.draw(pose_values(named)) for named in poses], 1)


if __name__ == "__main__":
    main()
