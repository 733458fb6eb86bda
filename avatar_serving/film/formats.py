"""Kinds of video files: what is in them, and whether they can be transparent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from avatar_serving.errors import InvalidRequest

_X264 = {"crf": "20", "preset": "veryfast", "threads": "1"}
_VP9 = {"crf": "30", "b": "0", "deadline": "realtime", "cpu-used": "7", "row-mt": "1"}


@dataclass(frozen=True, slots=True)
class Codec:
    """A video encoder, as FFmpeg names it, and how it is set."""

    name: str
    pixels: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Format:
    """A container, and what goes into it."""

    suffix: str
    container: str
    media_type: str
    plain: Codec
    transparent: Codec | None
    """None: it cannot be transparent."""
    sound: str
    """Audio encoder."""

    def codec(self, *, transparent: bool) -> Codec:
        """Raises InvalidRequest: it cannot be transparent, or this FFmpeg lacks the encoder."""
        codec = self.transparent if transparent else self.plain
        if codec is None:
            able = ", ".join(f.suffix for f in FORMATS if f.transparent)
            raise InvalidRequest(
                f"{self.suffix} files cannot be transparent; these can: {able}", "background"
            )
        for name in (codec.name, self.sound):
            _check_encoder(name, self.suffix)
        return codec


MP4 = Format(
    ".mp4", "mp4", "video/mp4", Codec("libx264", "yuv420p", _X264), None, "aac",
)  # fmt: skip
WEBM = Format(
    ".webm", "webm", "video/webm",
    Codec("libvpx-vp9", "yuv420p", _VP9),
    Codec("libvpx-vp9", "yuva420p", {**_VP9, "auto-alt-ref": "0"}),
    "libopus",
)  # fmt: skip
MOV = Format(
    ".mov", "mov", "video/quicktime",
    Codec("prores_ks", "yuv422p10le", {"profile": "standard"}),
    Codec("prores_ks", "yuva444p10le", {"profile": "4444", "alpha_bits": "8"}),
    "pcm_s16le",
)  # fmt: skip
FORMATS = (MP4, WEBM, MOV)


def format_of(path: Path) -> Format:
    """By the file's ending. Raises InvalidRequest."""
    for known in FORMATS:
        if path.suffix.lower() == known.suffix:
            return known
    endings = ", ".join(known.suffix for known in FORMATS)
    raise InvalidRequest(f"{path.name}: the file must end in one of {endings}", "output")


def _check_encoder(name: str, suffix: str) -> None:
    import av

    if name not in av.codecs_available:
        raise InvalidRequest(
            f"this machine's FFmpeg has no encoder {name} for {suffix} files", "output"
        )
