"""Sound files from strangers: decoded, measured, cut into stretches at quiet places."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from avatar_serving.errors import AudioRejected, LimitExceeded
from avatar_serving.media import AudioChunk
from avatar_serving.samples import Samples, from_pcm, resampled, to_pcm
from avatar_serving.uploads import open_upload
from avatar_serving.video import Sound

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame

HEARD_HZ, PLAYED_HZ = 24_000, 48_000
SHORTEST_S = 0.1
QUIET = 10 ** (-50 / 20)
"""Loudest sample of a file below which there is nothing to be heard in it."""
_STRETCH_S = (8.0, 14.0)
"""A stretch ends at the quietest place between these."""
_PLACE_S = 0.05


@dataclass(frozen=True, slots=True)
class Recording:
    heard: AudioChunk
    """Mono, 24 kHz: what the face follows."""
    played: Sound
    """48 kHz, at most two channels: what the video sounds like."""

    @property
    def seconds(self) -> float:
        return self.heard.seconds


def read_recording(data: bytes, longest_s: float) -> Recording:
    """Decode a sound file, or the sound of a video: WAV, MP3, M4A, FLAC, Ogg, WebM ...

    Raises:
        AudioRejected: it cannot be read, is empty or silent.
        LimitExceeded: it lasts longer than *longest_s*.
    """
    played = _decoded(data, longest_s)
    if played.seconds < SHORTEST_S:
        raise AudioRejected("length", f"the sound is shorter than {SHORTEST_S:g} s")
    both = np.frombuffer(played.pcm, "<i2").reshape(-1, played.channels)
    mono = (both.astype(np.float32) / 32768).mean(axis=1)
    if float(np.abs(mono).max()) < QUIET:
        raise AudioRejected("silence", "the file is silent: there is nothing to say in it")
    heard = resampled(mono, PLAYED_HZ, HEARD_HZ)
    return Recording(AudioChunk(to_pcm(heard), HEARD_HZ), played)


def stretches(audio: AudioChunk) -> list[AudioChunk]:
    """The sound in pieces of 8 to 14 s that end where it is quietest."""
    samples, rate = from_pcm(audio.pcm), audio.sample_rate
    low, high = (round(limit_s * rate) for limit_s in _STRETCH_S)
    pieces: list[AudioChunk] = []
    begin = 0
    while len(samples) - begin > high:
        past = begin + low + _quietest(samples[begin + low : begin + high], rate)
        pieces.append(AudioChunk(to_pcm(samples[begin:past]), rate))
        begin = past
    return [*pieces, AudioChunk(to_pcm(samples[begin:]), rate)]


def _quietest(samples: Samples, rate: int) -> int:
    """The middle of the quietest place, in samples."""
    place = round(_PLACE_S * rate)
    count = len(samples) // place
    power = np.square(samples[: count * place]).reshape(count, place).mean(axis=1)
    return int(power.argmin()) * place + place // 2


def _decoded(data: bytes, longest_s: float) -> Sound:
    import av
    from av.error import FFmpegError

    parts: list[bytes] = []
    most = round(longest_s * PLAYED_HZ)
    count, channels = 0, 1
    try:
        with open_upload(data) as file:
            if not file.streams.audio:
                raise AudioRejected("decodable", "there is no sound in the file")
            stream = file.streams.audio[0]
            channels = 2 if stream.channels >= 2 else 1
            resampler: Any = av.AudioResampler(
                "s16", "mono" if channels == 1 else "stereo", PLAYED_HZ
            )
            for frame in file.decode(stream):
                count += _take(resampler.resample(frame), parts)
                if count > most:
                    raise LimitExceeded("limits.video_s", count / PLAYED_HZ, longest_s)
            _take(resampler.resample(None), parts)
    except (FFmpegError, ValueError, IndexError) as error:
        raise AudioRejected("decodable", "the sound file cannot be read; try WAV or MP3") from error
    return Sound(b"".join(parts), PLAYED_HZ, channels)


def _take(frames: "list[AudioFrame]", parts: list[bytes]) -> int:
    parts += [frame.to_ndarray().tobytes() for frame in frames]
    return sum(frame.samples for frame in frames)
