"""Sound and film of strangers, opened by FFmpeg: only as what they are.

FFmpeg also knows files that name other files, or addresses: playlists, lists of pieces, session
descriptions. It would open those for whoever sent one. So only formats are tried that carry what
is in them, and nothing else is ever opened.
"""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.container import InputContainer

FORMATS = (
    "aac", "ac3", "aiff", "amr", "asf", "au", "avi", "caf", "flac", "flv", "matroska", "mov", "mp3",
    "mpeg", "mpegts", "ogg", "w64", "wav", "wv",
)  # fmt: skip
"""FFmpeg's names; ``mov`` is also MP4 and M4A, ``matroska`` also WebM."""


def open_upload(data: bytes) -> "InputContainer":
    """Raises av.FFmpegError: it is in no format of FORMATS, or damaged."""
    import av

    only = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "none"}
    # A title in an unknown encoding is no reason to refuse the sound.
    return av.open(io.BytesIO(data), "r", options=only, metadata_errors="ignore")
