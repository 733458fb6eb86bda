"""Which H.264 encoder writes a film: NVIDIA's hardware where it works, else the CPU."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from avatar_serving.errors import StageFailed
from avatar_serving.film.formats import MP4, Codec, Format

Encoder = Literal["auto", "cpu", "nvenc"]
NVENC = Codec("h264_nvenc", "yuv420p", {"preset": "p4", "rc": "vbr", "cq": "22", "b": "0"})
SMALLEST_PX = 160
"""Side of a picture below which the hardware takes none; the CPU encodes those."""


def encoded_by(form: Format, encoder: Encoder, width: int, height: int) -> Format:
    """*form* as it is written here. Transparent films and other codecs than H.264 are the CPU's.

    Raises:
        StageFailed: NVENC is demanded and does not work.
    """
    if encoder == "cpu" or form.plain != MP4.plain or min(width, height) < SMALLEST_PX:
        return form
    failure = failing(NVENC)
    if not failure:
        return replace(form, plain=NVENC)
    if encoder == "nvenc":
        raise StageFailed("film", f"{NVENC.name} does not work here ({failure}); set encoder: auto")
    return form


def failing(codec: Codec) -> str:
    """Why an encoder does not work, tried by a picture; empty: it does. Many data-centre GPUs have
    no encoder, and FFmpeg lists it all the same."""
    return _failing(codec.name, codec.pixels, tuple(codec.options.items()))


@cache
def _failing(name: str, pixels: str, options: tuple[tuple[str, str], ...]) -> str:
    import av
    from av.error import FFmpegError

    try:
        context: Any = av.CodecContext.create(name, "w")
        context.width = context.height = 256
        context.pix_fmt, context.time_base = pixels, Fraction(1, 30)
        context.options = dict(options)
        frame = av.VideoFrame(256, 256, pixels)
        frame.pts = 0
        packets = [*context.encode(frame), *context.encode(None)]
    except (FFmpegError, ValueError) as error:
        return str(error)
    return "" if packets else "it gave no picture"
