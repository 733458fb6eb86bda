"""A video that is sent while it is made: to a server (RTMP, SRT, UDP), or into a file."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import InvalidRequest, StageFailed
from avatar_serving.film.formats import MP4, Codec
from avatar_serving.video import ORIGIN

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_CONTAINERS = {"rtmp": "flv", "rtmps": "flv", "srt": "mpegts", "udp": "mpegts"}
_FILES = {"mp4": "mp4", "flv": "flv", "ts": "mpegts"}
_KEYFRAMES_S = 2
"""Platforms ask for a whole picture this often: who joins waits no longer."""
_CODEC = replace(MP4.plain, options={**MP4.plain.options, "tune": "zerolatency", "maxrate": "2500k",
                                     "bufsize": "5000k"})  # fmt: skip
_AUDIO_BITS = 128_000
_BT709 = 1
_TIMEOUT_S = 10.0


def is_live(target: str) -> bool:
    """Whether *target* is an address, whose watchers wait for every picture."""
    return urlsplit(target).scheme in _CONTAINERS


def container_of(target: str) -> str:
    """FFmpeg's name of what *target* takes. Raises InvalidRequest."""
    scheme, ending = urlsplit(target).scheme, target.rpartition(".")[2].lower()
    found = _CONTAINERS.get(scheme) if "://" in target else _FILES.get(ending)
    if found is None:
        able = (*(f".{name}" for name in _FILES), *(f"{name}://" for name in _CONTAINERS))
        raise InvalidRequest(f"{target}: cannot be sent to; these can: {', '.join(able)}", "output")
    return found


class LiveWriter:
    """Pictures and sound of one show, appended in turn; use it as a context manager.

    Raises:
        StageFailed: the other side went away, or was never there.
    """

    def __init__(self, target: str, size: tuple[int, int], fps: int, rate: int) -> None:
        """*size*: width and height in pixels, even; *rate*: of the sound, in Hz."""
        self._target, self._container_name = target, container_of(target)
        self._size, self._fps, self._rate = size, fps, rate
        self._pictures = self._samples = 0
        self._last: NDArray[np.uint8] | None = None
        self._container: OutputContainer
        self._video: VideoStream
        self._audio: AudioStream

    @property
    def seconds(self) -> float:
        """Of picture, so far."""
        return self._pictures / self._fps

    def __enter__(self) -> Self:
        import av

        def opened() -> None:
            options = {"flvflags": "no_duration_filesize"} if self._container_name == "flv" else {}
            self._container = av.open(
                self._target, "w", self._container_name, options=options, timeout=_TIMEOUT_S
            )
            self._container.metadata["comment"] = ORIGIN
            self._video = self._video_stream(_CODEC)
            self._audio = self._container.add_stream("aac", rate=self._rate)
            self._audio.layout, self._audio.bit_rate = "mono", _AUDIO_BITS

        self._told(opened)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        def ended() -> None:
            with self._container:
                if kind is None and self._pictures:
                    self._container.mux(self._video.encode(None))
                    self._container.mux(self._audio.encode(None))

        self._told(ended)

    def see(self, picture: NDArray[np.uint8]) -> None:
        """Append one picture (height, width, 3; sRGB)."""
        from av import VideoFrame

        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame = frame.reformat(format=self._video.pix_fmt, dst_colorspace=_BT709)
        frame.pts, frame.time_base = self._pictures, Fraction(1, self._fps)
        self._told(lambda: self._container.mux(self._video.encode(frame)))
        self._pictures += 1
        self._last = picture

    def hear(self, pcm: bytes) -> None:
        """Append sound: mono, signed 16 bit, at the rate of the show."""
        from av import AudioFrame

        samples = np.frombuffer(pcm, "<i2")
        if not len(samples):
            return
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = self._rate
        frame.pts, frame.time_base = self._samples, Fraction(1, self._rate)
        self._told(lambda: self._container.mux(self._audio.encode(frame)))
        self._samples += len(samples)

    def settle(self) -> None:
        """Let sound and picture end together: the shorter is lengthened, by silence or a picture.
        Called after each stretch, it keeps them within a picture of each other for hours."""
        while self._last is not None and (self._pictures + 1) * self._rate <= (
            self._samples * self._fps
        ):
            self.see(self._last)
        missing = round(self.seconds * self._rate) - self._samples
        self.hear(bytes(2 * max(0, missing)))

    def _video_stream(self, codec: Codec) -> "VideoStream":
        stream = cast("VideoStream", self._container.add_stream(codec.name, rate=self._fps))
        stream.width, stream.height = self._size
        stream.pix_fmt = codec.pixels
        stream.options = {**codec.options, "g": str(_KEYFRAMES_S * self._fps)}
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        return stream

    def _told(self, work: Callable[[], None]) -> None:
        from av.error import FFmpegError

        try:
            work()
        except (FFmpegError, OSError) as error:
            raise StageFailed("broadcast", f"{self._shown}: {error.strerror}") from error

    @property
    def _shown(self) -> str:
        """The target without its path: stream keys are secrets."""
        address = urlsplit(self._target)
        return f"{address.scheme}://{address.hostname}" if is_live(self._target) else self._target
