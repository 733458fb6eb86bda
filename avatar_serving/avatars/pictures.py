"""WebP pictures of a package: written, and read from strangers."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from avatar_serving.errors import PackageInvalid

Pixels = NDArray[np.uint8]
MAX_SIDE = 4096


def encode_webp(pixels: Pixels, quality: int = 95) -> bytes:
    """*pixels* (height, width, 3 or 4). Colours under full transparency are kept: a renderer's
    interpolation brings them to light at the edge of what is visible."""
    out = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(pixels)).save(
        out, "WEBP", quality=quality, alpha_quality=95, method=4, exact=True
    )
    return out.getvalue()


def decode_webp(data: bytes) -> Pixels:
    """(height, width, 3), or 4 where there is alpha. Raises PackageInvalid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            picture = Pillow.open(io.BytesIO(data), formats=("WEBP",))
            if max(picture.size) > MAX_SIDE:
                raise PackageInvalid(f"a texture is larger than {MAX_SIDE} pixels")
            mode = "RGBA" if picture.mode == "RGBA" else "RGB"
            return np.asarray(picture.convert(mode), np.uint8)
    except PackageInvalid:
        raise
    except Exception as error:  # decoders raise nearly anything on malformed input
        raise PackageInvalid("a texture is not a readable WebP picture") from error
