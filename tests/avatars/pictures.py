"""Pictures to make avatars of."""

import numpy as np
from numpy.typing import NDArray


def colourful(side: int = 96) -> NDArray[np.uint8]:
    """A gradient that differs in every pixel."""
    ramp = np.linspace(0, 255, side)
    red, green = np.meshgrid(ramp, ramp)
    return np.stack([red, green, 255 - red], 2).astype(np.uint8)


def astronaut() -> NDArray[np.uint8]:
    from skimage.data import astronaut as picture

    return np.asarray(picture())
