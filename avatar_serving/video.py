"""Video files, sound exactly in step with the pictures."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import InvalidRequest
from avatar_serving.film.formats import MP4, Format
from avatar_serving.media import AudioChunk
from avatar_serving.whole_files import beside

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

_AUDIO_FRAME = 1024
"""Samples given to the encoder at a time."""
_AUDIO_BITS = 128_000
_BT709 = 1
"""As FFmpeg numbers primaries, transfer and matrix of HD video."""
ORIGIN = "Synthetic media: an avatar made and animated by a computer"


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a film."""

    pcm: bytes
    """Signed 16-bit little endian; the channels of one instant lie together."""
    sample_rate: int
    channels: int = 1

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.channels / self.sample_rate

    def mono(self) -> AudioChunk:
        """The mean of the channels."""
        if self.channels == 1:
            return AudioChunk(self.pcm, self.sample_rate)
        both = np.frombuffer(self.pcm, "<i2").reshape(-1, self.channels)
        return AudioChunk(both.mean(axis=1).round().astype("<i2").tobytes(), self.sample_rate)


def write_mp4(
    path: Path, frames: Iterable[NDArray[np.uint8]], fps: int, sound: Sound | None = None
) -> float:
    """Encode *frames* (height, width, 3; sRGB) and *sound*; give the seconds of picture written.

    Raises:
        InvalidRequest: there is no frame, or frames differ in size.
    """
    with FilmWriter(path, fps, sound) as film:
        for frame in frames:
            film.add(frame)
    return film.seconds


class FilmWriter:
    """A file being written, one picture at a time; use it as a context manager.

    Sizes are cut to even numbers, as encoders ask. The file appears whole or not at all; that of
    an MP4 or MOV has its index in front, so that it plays while it loads. It says of itself that it
    is synthetic.
    """

    def __init__(
        self, path: Path, fps: int, sound: Sound | None = None, form: Format = MP4
    ) -> None:
        self._path = path
        self._form = form
        self._partial = beside(path)
        self._fps = fps
        self._sound = sound
        self._count = 0
        self._shape: tuple[int, ...] = ()
        self._container: OutputContainer
        self._video: VideoStream
        self._audio: _Audio | None = None

    @property
    def seconds(self) -> float:
        """Of picture, so far."""
        return self._count / self._fps

    def __enter__(self) -> Self:
        import av

        kind = self._form.container
        options = {} if kind == "webm" else {"movflags": "+faststart"}
        self._container = av.open(str(self._partial), "w", kind, options=options)
        self._container.metadata["comment"] = ORIGIN
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            with self._container:
                if kind is None:
                    self._finish()
            if kind is None:
                self._partial.replace(self._path)
        finally:
            self._partial.unlink(missing_ok=True)

    def add(self, picture: NDArray[np.uint8]) -> None:
        """Append one picture (height, width, 3 or, with alpha, 4; sRGB), and its sound.

        Raises:
            InvalidRequest: it differs in size from the first, or the format has no alpha.
        """
        from av import VideoFrame

        if not self._count:
            self._begin(picture)
        if picture.shape != self._shape:
            raise InvalidRequest(f"frame {self._count} differs in size from the first", "frames")
        even = np.ascontiguousarray(picture[: self._video.height, : self._video.width])
        layout = "rgba" if even.shape[2] == 4 else "rgb24"
        frame = VideoFrame.from_ndarray(even, format=layout).reformat(
            format=self._video.pix_fmt, dst_colorspace=_BT709
        )
        frame.pts, frame.time_base = self._count, Fraction(1, self._fps)
        self._container.mux(self._video.encode(frame))
        self._count += 1
        if self._audio:
            self._audio.write(until_s=self.seconds)

    def _begin(self, first: NDArray[np.uint8]) -> None:
        self._shape = first.shape
        codec = self._form.codec(transparent=first.shape[2] == 4)
        self._video = cast("VideoStream", self._container.add_stream(codec.name, rate=self._fps))
        self._video.height, self._video.width = (side - side % 2 for side in first.shape[:2])
        self._video.pix_fmt = codec.pixels
        self._video.options = dict(codec.options)
        context = self._video.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        self._audio = (
            _Audio(self._container, self._sound, self._form.sound) if self._sound else None
        )

    def _finish(self) -> None:
        if not self._count:
            raise InvalidRequest("a video needs at least one frame", "frames")
        self._container.mux(self._video.encode(None))
        if self._audio:
            self._audio.finish()


class _Audio:
    """Feeds the sound to the encoder in step with the pictures."""

    def __init__(self, container: "OutputContainer", sound: Sound, codec: str) -> None:
        self._container = container
        self._rate = sound.sample_rate
        self._layout = "mono" if sound.channels == 1 else "stereo"
        self._samples = np.frombuffer(sound.pcm, "<i2").reshape(-1, sound.channels)
        self._stream = cast("AudioStream", container.add_stream(codec, rate=sound.sample_rate))
        self._stream.layout = self._layout
        self._stream.bit_rate = _AUDIO_BITS
        self._done = 0

    def write(self, until_s: float) -> None:
        until = min(len(self._samples), round(until_s * self._rate))
        while self._done < until:
            self._put(self._samples[self._done : self._done + _AUDIO_FRAME])

    def finish(self) -> None:
        self.write(len(self._samples) / self._rate)
        self._container.mux(self._stream.encode(None))

    def _put(self, samples: NDArray[np.int16]) -> None:
        from av import AudioFrame

        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=self._layout)
        frame.sample_rate = self._rate
        frame.pts, frame.time_base = self._done, Fraction(1, self._rate)
        self._container.mux(self._stream.encode(frame))
        self._done += len(samples)
