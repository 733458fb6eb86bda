import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms

from avatar_serving.errors import ImageRejected
from avatar_serving.images import FORMATS, ImageLimits, decode, encode, from_array, resize, to_array
from avatar_serving.media import Image


def picture(width: int = 60, height: int = 40) -> Pillow.Image:
    """Red on the left, blue on the right, a green bar along the top."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[:, : width // 2] = (220, 30, 30)
    pixels[:, width // 2 :] = (30, 30, 220)
    pixels[: height // 4] = (30, 200, 30)
    return Pillow.fromarray(pixels)


def file(image: Pillow.Image, format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def at(image: Image, x: float, y: float) -> NDArray[np.int64]:
    """The colour at a fraction of the width and height."""
    pixel = to_array(image)[int(y * image.height), int(x * image.width)]
    return pixel.astype(np.int64)


def near(colour: NDArray[np.int64], wanted: tuple[int, int, int], tolerance: int = 25) -> bool:
    return bool(np.abs(colour - wanted).max() <= tolerance)


def png_header(width: int, height: int) -> bytes:
    """A PNG that announces a size and holds next to nothing."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read(format: str) -> None:
    image = decode(file(picture(), format))
    assert (image.width, image.height) == (60, 40)
    assert len(image.rgb) == 60 * 40 * 3
    tolerance = 70 if format == "GIF" else 30
    assert near(at(image, 0.2, 0.8), (220, 30, 30), tolerance)
    assert near(at(image, 0.8, 0.8), (30, 30, 220), tolerance)
    assert near(at(image, 0.5, 0.05), (30, 200, 30), tolerance)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation: int) -> None:
    undo = {
        2: Pillow.Transpose.FLIP_LEFT_RIGHT, 3: Pillow.Transpose.ROTATE_180,
        4: Pillow.Transpose.FLIP_TOP_BOTTOM, 5: Pillow.Transpose.TRANSPOSE,
        6: Pillow.Transpose.ROTATE_90, 7: Pillow.Transpose.TRANSVERSE,
        8: Pillow.Transpose.ROTATE_270,
    }  # fmt: skip
    stored = picture().transpose(undo[orientation]) if orientation in undo else picture()
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    image = decode(file(stored, "JPEG", exif=exif, quality=95))
    assert (image.width, image.height) == (60, 40)
    assert near(at(image, 0.2, 0.8), (220, 30, 30))
    assert near(at(image, 0.5, 0.05), (30, 200, 30))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_is_ignored() -> None:
    data = file(picture(), "JPEG", exif=b"Exif\0\0MM\0\x2a\xff\xff\xff\xff\0\0")
    assert decode(data).width == 60


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_shows_white(mode: str) -> None:
    source = picture().convert(mode)
    source.putalpha(Pillow.fromarray(np.repeat([[0] * 30 + [255] * 30], 40, 0).astype(np.uint8)))
    image = decode(file(source, "PNG"))
    assert near(at(image, 0.2, 0.8), (255, 255, 255), 0)
    assert not near(at(image, 0.8, 0.8), (255, 255, 255), 100)


def test_palette_with_transparency() -> None:
    source = picture().quantize(8)
    source.info["transparency"] = source.getpixel((10, 30))
    image = decode(file(source, "PNG", transparency=source.info["transparency"]))
    assert near(at(image, 0.2, 0.8), (255, 255, 255), 0)
    assert near(at(image, 0.8, 0.8), (30, 30, 220), 40)


def test_cmyk() -> None:
    image = decode(file(picture().convert("CMYK"), "JPEG", quality=95))
    assert near(at(image, 0.2, 0.8), (220, 30, 30), 40)


def test_16_bit_grey_keeps_its_range() -> None:
    ramp = np.linspace(0, 65535, 100).astype(np.uint16).reshape(1, 100).repeat(20, 0)
    image = decode(file(Pillow.fromarray(ramp), "PNG"))
    assert at(image, 0, 0.5)[0] == 0
    assert abs(at(image, 0.5, 0.5)[0] - 128) <= 3
    assert at(image, 0.99, 0.5)[0] >= 250


def test_float_tiff() -> None:
    ramp = np.linspace(0, 1, 100, dtype=np.float32).reshape(1, 100).repeat(20, 0)
    assert abs(at(decode(file(Pillow.fromarray(ramp), "TIFF")), 0.5, 0.5)[0] - 128) <= 3


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_animation_gives_its_first_frame(format: str) -> None:
    frames = [Pillow.new("RGB", (30, 30), colour) for colour in ("red", "blue", "green")]
    data = file(frames[0], format, save_all=True, append_images=frames[1:], duration=100)
    assert near(at(decode(data), 0.5, 0.5), (255, 0, 0), 20)


def test_colour_profile_is_applied() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    wrong = file(picture(), "PNG", icc_profile=profile.tobytes())
    assert near(at(decode(wrong), 0.2, 0.8), (220, 30, 30)), "a profile of another space is ignored"
    same = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert near(at(decode(file(picture(), "PNG", icc_profile=same)), 0.2, 0.8), (220, 30, 30), 2)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.2, 0.6, 0.95])
def test_truncated_is_rejected(format: str, part: float) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (80, 80, 3), np.uint8)
    data = file(Pillow.fromarray(noise), format)
    with pytest.raises(ImageRejected) as caught:
        decode(data[: int(len(data) * part)])
    assert caught.value.check == "decodable"


@pytest.mark.parametrize("size", [(40_000, 40_000), (100_000, 10), (9_000, 9_000)])
def test_header_of_a_bomb_is_refused_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(ImageRejected) as caught:
        decode(png_header(*size))
    assert caught.value.check == "size"


def test_limits_are_options() -> None:
    data = file(picture(), "PNG")
    for limits in (
        ImageLimits(max_bytes=50),
        ImageLimits(max_side_px=59),
        ImageLimits(max_pixels=99),
    ):
        with pytest.raises(ImageRejected) as caught:
            decode(data, limits)
        assert caught.value.check == "size"


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_large_is_made_smaller(format: str) -> None:
    image = decode(file(picture(600, 400), format), ImageLimits(working_side_px=100))
    assert (image.width, image.height) == (100, 67)


def test_a_line_stays_a_line() -> None:
    image = decode(file(picture(900, 4), "PNG"), ImageLimits(working_side_px=64))
    assert (image.width, image.height) == (64, 1)


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"<svg/>", b"%PDF-1.4", b"\xff\xd8\xff", b"GIF89a"]
)
def test_not_a_picture(data: bytes) -> None:
    with pytest.raises(ImageRejected) as caught:
        decode(data)
    assert caught.value.check == "decodable"


def test_unlisted_formats_are_not_opened() -> None:
    with pytest.raises(ImageRejected):
        decode(file(picture(), "PPM"))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12),
    st.floats(0, 1),
)
def test_damage_never_escapes(format: str, hits: list[tuple[float, int]], keep: float) -> None:
    data = bytearray(file(picture(), format))
    for place, value in hits:
        data[int(place * len(data))] = value
    try:
        image = decode(bytes(data[: int(len(data) * (0.3 + keep))]))
    except ImageRejected as error:
        assert error.check in ("decodable", "size")
    else:
        assert len(image.rgb) == image.width * image.height * 3


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_rejected(data: bytes) -> None:
    with pytest.raises(ImageRejected):
        decode(data)


def test_array_round_trip_and_encode() -> None:
    image = decode(file(picture(), "PNG"))
    assert from_array(to_array(image)) == image
    assert decode(encode(image, "png")) == image
    for format in ("webp", "jpeg"):
        again = decode(encode(image, format, quality=95))
        assert near(at(again, 0.2, 0.8), (220, 30, 30))
    assert encode(image, "webp") == encode(image, "webp")


def test_from_array_refuses_other_arrays() -> None:
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)):
        with pytest.raises(ValueError, match="not an 8-bit RGB image"):
            from_array(wrong)  # pyright: ignore[reportArgumentType]


def test_resize() -> None:
    assert resize(decode(file(picture(), "PNG")), 30, 20).height == 20


def test_a_photo_of_an_iphone_is_told_what_it_is() -> None:
    with pytest.raises(ImageRejected, match="HEIC.*JPEG"):
        decode(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100))
