"""Draw the picture of docs/actions.md: ``python -m scripts.actions [PHOTO]``.

Without a photo it is the portrait of the astronaut Eileen Collins (NASA, public domain) that
scikit-image carries.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from avatar_serving.avatars import portrait
from avatar_serving.avatars.sheet import action_sheet
from avatar_serving.faces import FaceFinder

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "actions.jpg"
SIZE_PX = 768


def main(arguments: list[str]) -> None:
    source = _photo(arguments)
    *_, built = portrait.build(source, FaceFinder(), SIZE_PX)
    assert isinstance(built, portrait.Portrait)
    content = portrait.pack(built, source, np.zeros((256, 256, 3), np.uint8))
    action_sheet(content).save(PICTURE, quality=82, optimize=True)
    print(f"{PICTURE} ({PICTURE.stat().st_size // 1024} kB)")


def _photo(arguments: list[str]) -> np.ndarray:
    if arguments:
        with Image.open(arguments[0]) as picture:
            return np.asarray(picture.convert("RGB"), np.uint8)
    from skimage.data import astronaut

    return np.asarray(astronaut(), np.uint8)


if __name__ == "__main__":
    main(sys.argv[1:])
