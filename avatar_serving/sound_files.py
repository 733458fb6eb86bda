"""Sound out of a file, whatever its format: WAV, MP3, Ogg, WebM, M4A, FLAC ..."""

from collections.abc import Generator
from typing import TYPE_CHECKING

from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.media import AudioChunk
from avatar_serving.uploads import open_upload

if TYPE_CHECKING:
    from av.container import InputContainer

RATE = 16_000


def read_sound(data: bytes, longest_s: float) -> AudioChunk:
    """The first sound track: 16 kHz, mono.

    Raises:
        InvalidRequest: there is none that could be read.
        LimitExceeded: it is longer than *longest_s*.
    """
    from av.error import FFmpegError

    pcm = bytearray()
    most = round(longest_s * RATE) * 2
    try:
        with open_upload(data) as container:
            for part in _samples(container):
                pcm += part
                if len(pcm) > most:
                    raise LimitExceeded("limits.file_s", len(pcm) / 2 / RATE, longest_s)
    except (FFmpegError, ValueError, IndexError) as error:
        raise InvalidRequest(f"file: no sound that can be read: {error}", "file") from error
    if not pcm:
        raise InvalidRequest("file: there is no sound in it", "file")
    return AudioChunk(bytes(pcm), RATE)


def _samples(container: "InputContainer") -> Generator[bytes, None, None]:
    from av import AudioResampler

    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    stream = container.streams.audio[0]
    for frame in container.decode(stream):
        for made in resampler.resample(frame):
            yield made.to_ndarray().tobytes()
    for made in resampler.resample(None):
        yield made.to_ndarray().tobytes()
