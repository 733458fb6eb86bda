"""The pictures of a film from a stranger, at even times, counted from where its sound begins."""

import io
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from avatar_serving.between import Picture
from avatar_serving.errors import FootageRejected
from avatar_serving.uploads import open_upload

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

SHORTEST_S, LONGEST_S = 8.0, 180.0
LARGEST_BYTES = 1_000_000_000
_LONGEST_PX, _SHOWN_PX = 4096, 1280
"""Longest side of a film, and to what it is made smaller."""
_RATES = (10, 30)
"""Least frames a second of a film, and most that are kept of one."""
_MISSING_S = 1.0
"""What a film may be shorter than it says."""


@dataclass(frozen=True, slots=True)
class Read:
    """One picture."""

    fps: int
    """Of the pictures that are read."""
    share: float
    """Of the film that has been read, 0..1."""
    picture: Picture


def pictures(data: bytes, shortest_s: float = SHORTEST_S) -> Generator[Read, None, None]:
    """The picture nearest to each 1 / fps s, upright; the first is at 0 s of the sound.

    Raises:
        FootageRejected: decodable, truncated, size, rate or length; says what to do.
    """
    from av.error import FFmpegError

    if len(data) > LARGEST_BYTES:
        raise FootageRejected("size", f"the film is over {LARGEST_BYTES / 1e9:g} GB; cut it")
    try:
        with open_upload(data) as file:
            yield from _evenly(file, shortest_s)
    except (FFmpegError, ValueError, IndexError, io.UnsupportedOperation) as error:
        reason = "the film cannot be read to its end: damaged or cut off; try MP4 (H.264)"
        raise FootageRejected("decodable", reason) from error


def glance(data: bytes) -> Read:
    """The first picture. Raises FootageRejected: what the start of the film tells."""
    with closing(pictures(data)) as film:
        for first in film:
            return first
    raise FootageRejected("decodable", "there are no pictures in the file; give a film")


def _evenly(file: "InputContainer", shortest_s: float) -> Iterator[Read]:
    if not file.streams.video:
        raise FootageRejected("decodable", "there are no pictures in the file; give a film")
    stream = file.streams.video[0]
    fps, stated_s = _rate(stream), _stated_s(file)
    count, before, end_s = 0, None, 0.0
    for at_s, picture in _timed(file, stream):
        if at_s > LONGEST_S:
            raise _too_long(at_s)
        while before is not None and count / fps < (end_s + at_s) / 2:
            yield Read(fps, min(1.0, at_s / max(stated_s, shortest_s)), before)
            count += 1
        before, end_s = picture, at_s
    if before is not None and count / fps <= end_s + 0.5 / fps:
        yield Read(fps, 1.0, before)
    if end_s < stated_s - _MISSING_S:
        told = f"it says that it lasts {stated_s:.1f} s, and ends at {end_s:.1f} s"
        raise FootageRejected("truncated", f"the film is cut off: {told}; copy it again")
    if end_s < shortest_s:
        told = f"the film lasts {end_s:.1f} s; film at least {shortest_s:g} s of speech"
        raise FootageRejected("length", told)


def _timed(file: "InputContainer", stream: "VideoStream") -> Iterator[tuple[float, Picture]]:
    """Time in seconds since the sound began, from 0 on, and picture."""
    begin_s = _begin_s(file)
    for frame in file.decode(stream):
        if frame.pts is not None and frame.time - begin_s > -0.5:
            yield max(0.0, frame.time - begin_s), _upright(frame)


def _begin_s(file: "InputContainer") -> float:
    for sound in file.streams.audio[:1]:
        if sound.start_time is not None and sound.time_base is not None:
            return float(sound.start_time * sound.time_base)
    return 0.0


def _stated_s(file: "InputContainer") -> float:
    """0 where the file does not say. Raises FootageRejected: more than can be used."""
    stated_s = (file.duration or 0) / 1_000_000
    if stated_s > LONGEST_S + _MISSING_S:
        raise _too_long(stated_s)
    return stated_s


def _too_long(seconds: float) -> FootageRejected:
    told = f"the film lasts over {LONGEST_S:g} s ({seconds:.0f} s); cut out one to three minutes"
    return FootageRejected("length", told)


def _rate(stream: "VideoStream") -> int:
    """Frames a second to be kept: those of the film, or of several one."""
    longest = max(stream.width, stream.height)
    if longest > _LONGEST_PX:
        raise FootageRejected("size", f"the film is {longest} pixels wide or high; make it smaller")
    own = float(stream.average_rate or 0)
    least, most = _RATES
    if own < least - 0.5:
        told = f"the film has {own:.1f} frames a second; film with {least} or more, best 30"
        raise FootageRejected("rate", told)
    return round(own / np.ceil(own / (most + 0.5)))


def _upright(frame: "VideoFrame") -> Picture:
    """As players show it, its sides even and at most 1280 pixels long."""
    smaller = min(1.0, _SHOWN_PX / max(frame.width, frame.height))
    width, height = (max(2, 2 * round(n * smaller / 2)) for n in (frame.width, frame.height))
    picture = frame.to_ndarray(format="rgb24", width=width, height=height)
    return np.ascontiguousarray(np.rot90(picture, round(frame.rotation / 90)), dtype=np.uint8)
