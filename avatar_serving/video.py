"""MP4 files: H.264 and AAC, playable everywhere, sound exactly in step with the pictures."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import InvalidRequest

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

_AUDIO_FRAME = 1024
"""Samples in one AAC frame."""
_AUDIO_BITS, _QUALITY = 128_000, "20"


@dataclass(frozen=True, slots=True)
class Sound:
    pcm: bytes
    """Signed 16-bit little endian; the channels of one instant lie together."""
    sample_rate: int
    channels: int = 1

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / self.channels / self.sample_rate


def write_mp4(
    path: Path, frames: Iterable[NDArray[np.uint8]], fps: int, sound: Sound | None = None
) -> float:
    """Encode *frames* (height, width, 3; sRGB) and *sound*; give the seconds of picture written.

    Sizes are cut to even numbers, as H.264 asks. The file appears whole or not at all, with its
    index in front so that it plays while it loads. Frames are taken one at a time.

    Raises:
        InvalidRequest: there is no frame, or frames differ in size.
    """
    import av

    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with av.open(str(partial), "w", "mp4", options={"movflags": "+faststart"}) as container:
            count = _encode(container, iter(frames), fps, sound)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count / fps


def _encode(
    container: "OutputContainer",
    frames: Iterator[NDArray[np.uint8]],
    fps: int,
    sound: Sound | None,
) -> int:
    first = next(frames, None)
    if first is None:
        raise InvalidRequest("a video needs at least one frame", "frames")
    video = _video_stream(container, first, fps)
    audio = _Audio(container, sound) if sound else None
    count = 0
    for picture in _and_rest(first, frames):
        if picture.shape != first.shape:
            raise InvalidRequest(f"frame {count} differs in size from the first", "frames")
        container.mux(_picture(video, picture, count, fps))
        count += 1
        if audio:
            audio.write(until_s=count / fps)
    container.mux(video.encode(None))
    if audio:
        audio.finish()
    return count


def _and_rest(
    first: NDArray[np.uint8], rest: Iterator[NDArray[np.uint8]]
) -> Iterator[NDArray[np.uint8]]:
    yield first
    yield from rest


def _video_stream(
    container: "OutputContainer", first: NDArray[np.uint8], fps: int
) -> "VideoStream":
    video: VideoStream = container.add_stream("libx264", rate=fps)
    video.height, video.width = (side - side % 2 for side in first.shape[:2])
    video.pix_fmt = "yuv420p"
    video.options = {"crf": _QUALITY, "preset": "veryfast", "threads": "1"}
    return video


def _picture(
    video: "VideoStream", picture: NDArray[np.uint8], index: int, fps: int
) -> list["Packet"]:
    from av import VideoFrame

    even = np.ascontiguousarray(picture[: video.height, : video.width])
    frame = VideoFrame.from_ndarray(even, format="rgb24")
    frame.pts, frame.time_base = index, Fraction(1, fps)
    return video.encode(frame)


class _Audio:
    """Feeds the sound to the encoder in step with the pictures."""

    def __init__(self, container: "OutputContainer", sound: Sound) -> None:
        self._container = container
        self._rate = sound.sample_rate
        self._layout = "mono" if sound.channels == 1 else "stereo"
        self._samples = np.frombuffer(sound.pcm, "<i2").reshape(-1, sound.channels)
        self._stream: AudioStream = container.add_stream("aac", rate=sound.sample_rate)
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
