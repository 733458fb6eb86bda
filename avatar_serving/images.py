"""Pictures from strangers to `media.Image`, and back to bytes.

What is uploaded is hostile until it is decoded: its size is read from the header before any pixel
is, only a few formats are opened, and whatever the library raises becomes `ImageRejected`.
"""

import io
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms, ImageOps
from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.errors import ImageRejected
from avatar_serving.media import Image

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
HEIC = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
"""Brands of ISO media files with pictures in HEVC, whose decoders are not free to use."""


class ImageLimits(BaseModel):
    """How large an uploaded picture may be."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_bytes: int = Field(default=20 * 2**20, gt=0)
    """Of the file."""
    max_side_px: int = Field(default=16_384, gt=0)
    """The longer side, as the header says."""
    max_pixels: int = Field(default=64_000_000, gt=0)
    """Width times height, as the header says. Decoding takes about 6 bytes for each."""
    working_side_px: int = Field(default=2048, ge=64)
    """Larger pictures are made smaller until their longer side is this."""


def decode(data: bytes, limits: ImageLimits | None = None) -> Image:
    """The upright first frame of a picture file, in sRGB, over white where it is transparent.

    Raises ImageRejected: `size` when it is over *limits*, `decodable` when it cannot be read.
    """
    limits = limits or ImageLimits()
    if len(data) > limits.max_bytes:
        raise ImageRejected(
            "size",
            f"The file has {len(data) / 2**20:.1f} MB; at most "
            f"{limits.max_bytes / 2**20:.0f} MB are accepted.",
        )
    picture = _open(data)
    _check_header(picture, limits)
    try:
        # JPEG can decode straight to a half, quarter or eighth, which is cheaper and as good.
        picture.draft(None, (limits.working_side_px, limits.working_side_px))
        picture.load()
        flat = _to_rgb(_upright(picture))
    except Exception as error:  # decoders raise nearly anything on malformed input
        raise ImageRejected(
            "decodable", "The picture is damaged or incomplete; save it again and retry."
        ) from error
    side = limits.working_side_px
    flat.thumbnail((side, side), Pillow.Resampling.LANCZOS, reducing_gap=3.0)
    return Image(flat.tobytes(), flat.width, flat.height)


def to_array(image: Image) -> NDArray[np.uint8]:
    """(height, width, 3), RGB; read-only, on the image's own bytes."""
    return np.frombuffer(image.rgb, np.uint8).reshape(image.height, image.width, 3)


def from_array(rgb: NDArray[np.uint8]) -> Image:
    """From (height, width, 3), RGB."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"not an 8-bit RGB image: {rgb.shape} {rgb.dtype}")
    return Image(np.ascontiguousarray(rgb).tobytes(), rgb.shape[1], rgb.shape[0])


def encode(image: Image, format: Literal["png", "webp", "jpeg"], quality: int = 90) -> bytes:
    """A file of that format. *quality* (0..100) is not for PNG."""
    out = io.BytesIO()
    picture = Pillow.frombytes("RGB", (image.width, image.height), image.rgb)
    picture.save(out, format, quality=quality, method=4)
    return out.getvalue()


def resize(image: Image, width: int, height: int) -> Image:
    """To *width* x *height* pixels, whatever that does to its proportions; by Lanczos' filter."""
    picture = Pillow.frombytes("RGB", (image.width, image.height), image.rgb)
    small = picture.resize((width, height), Pillow.Resampling.LANCZOS)
    return Image(small.tobytes(), width, height)


def shrink(image: Image, longest_px: int) -> Image:
    """Smaller, so that the longer side is at most *longest_px*."""
    factor = longest_px / max(image.width, image.height)
    if factor >= 1:
        return image
    return resize(image, max(1, round(image.width * factor)), max(1, round(image.height * factor)))


def _open(data: bytes) -> Pillow.Image:
    try:
        return Pillow.open(io.BytesIO(data), formats=FORMATS)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise ImageRejected("size", "The picture has far too many pixels.") from error
    except Exception as error:  # parsers of headers raise nearly anything
        raise ImageRejected("decodable", _unreadable(data)) from error


def _unreadable(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        return (
            "HEIC pictures, as iPhones take them, cannot be read here; save this one as JPEG, or "
            "take a screenshot of it."
        )
    return "This is not a picture that can be read; use JPEG, PNG or WebP."


def _check_header(picture: Pillow.Image, limits: ImageLimits) -> None:
    width, height = picture.size
    if max(width, height) > limits.max_side_px or width * height > limits.max_pixels:
        raise ImageRejected(
            "size",
            f"The picture has {width} x {height} pixels; at most {limits.max_side_px} a side "
            f"and {limits.max_pixels / 1e6:.0f} million in all are accepted.",
        )


def _upright(picture: Pillow.Image) -> Pillow.Image:
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture  # a damaged orientation tag says nothing


def _to_rgb(picture: Pillow.Image) -> Pillow.Image:
    if picture.mode.startswith(("I", "F")):
        picture = _to_8_bit(picture)
    if picture.mode in ("LA", "La", "PA", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    profile = picture.info.get("icc_profile")
    if picture.mode == "RGBA":
        white = Pillow.new("RGBA", picture.size, "white")
        picture = Pillow.alpha_composite(white, picture).convert("RGB")
    return _to_srgb(picture, profile)


def _to_8_bit(picture: Pillow.Image) -> Pillow.Image:
    """Grey of 16 or 32 bits, which Pillow would clip at 255."""
    values = np.nan_to_num(np.asarray(picture, np.float64))
    top = 65535.0 if picture.mode.startswith("I") else max(1.0, float(values.max()))
    return Pillow.fromarray((values / top * 255).clip(0, 255).round().astype(np.uint8))


def _to_srgb(picture: Pillow.Image, profile: object) -> Pillow.Image:
    """Through the embedded colour profile where there is a usable one."""
    if isinstance(profile, bytes) and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that cannot be used is as none: the plain conversion follows
    return picture.convert("RGB")
