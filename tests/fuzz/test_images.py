"""Pictures: every format that is opened, spoiled."""

import io

import numpy as np
import pytest
from hypothesis import given
from PIL import Image as Pillow

from avatar_serving import images
from tests.avatars.pictures import colourful
from tests.fuzz.ledger import Ledger, inputs
from tests.fuzz.mutations import bytes_like

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(3600)]
LIMITS = images.ImageLimits(max_pixels=4_000_000, max_side_px=4096)


def written(mode: str, format: str, **options: object) -> bytes:
    picture = Pillow.fromarray(colourful(24)).convert(mode)
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def animated() -> bytes:
    frames = [Pillow.fromarray(np.roll(colourful(16), i, 0)) for i in range(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def turned() -> bytes:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    return written("RGB", "JPEG", exif=exif)


SAMPLES = (
    written("RGB", "JPEG"), written("CMYK", "JPEG"), written("L", "JPEG", progressive=True),
    turned(), written("RGB", "PNG"), written("RGBA", "PNG"), written("P", "PNG"),
    written("I;16", "PNG"), written("RGB", "WEBP"), written("RGBA", "WEBP", lossless=True),
    written("RGB", "AVIF"), animated(), written("RGB", "BMP"), written("RGB", "TIFF"),
    written("L", "TIFF", compression="tiff_lzw"), written("F", "TIFF"),
)  # fmt: skip


def test_the_samples_are_pictures() -> None:
    for sample in SAMPLES:
        assert images.decode(sample, LIMITS).width in (16, 24)


@inputs()
@given(data=bytes_like(*SAMPLES))
def test_a_picture_is_read_or_refused(ledger: Ledger, data: bytes) -> None:
    with ledger.trying():
        picture = images.decode(data, LIMITS)
        assert len(picture.rgb) == picture.width * picture.height * 3
        assert max(picture.width, picture.height) <= LIMITS.working_side_px
