"""What a film is to say: spoken, padded with rest, and the motion of a face that says it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol

from avatar_serving.errors import AudioRejected, LimitExceeded
from avatar_serving.film.motion import resampled
from avatar_serving.film.recording import Recording, stretches
from avatar_serving.flow import collect
from avatar_serving.media import AnimateRequest, AudioChunk, FaceFrame, Manner, Mood, Speech
from avatar_serving.video import Sound
from pipelines.converse import ConverseStages, speak_text


class Asked(Protocol):
    """What the requests for films have in common."""

    @property
    def said(self) -> str | Recording: ...
    @property
    def manner(self) -> Manner: ...
    @property
    def lead_s(self) -> float: ...
    @property
    def tail_s(self) -> float: ...
    @property
    def longest_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of a film, and the stretches of speech in it."""

    sound: Sound
    parts: tuple[tuple[float, Speech], ...]
    """When each begins, in seconds of the film."""
    seconds: float


async def speeches(
    stages: ConverseStages, request: Asked
) -> AsyncGenerator[tuple[float, float, Speech], None]:
    """Share done, start in seconds of what is said, and speech.

    Raises LimitExceeded: it lasts longer than ``longest_s``.
    """
    if isinstance(request.said, Recording):
        start_s = 0.0
        for piece in stretches(request.said.heard):
            yield start_s / request.said.seconds, start_s, Speech(piece)
            start_s += piece.seconds
        return
    written = 0
    silent = replace(request.manner, animated=False)
    async with aclosing(speak_text(stages, request.said, silent)) as spoken:
        async for part in spoken:
            written += len(part.text)
            end_s = part.start_s + part.speech.audio.seconds
            if end_s > request.longest_s:
                raise LimitExceeded("limits.video_s", end_s, request.longest_s)
            yield min(1.0, written / len(request.said)), part.start_s, part.speech


def joined(request: Asked, parts: tuple[tuple[float, Speech], ...]) -> Heard:
    """Raises AudioRejected: there is nothing."""
    if not parts:
        raise AudioRejected("silence", "there is nothing to say in the text")
    said = _sound_of(request, [speech.audio for _, speech in parts])
    lead, tail = (
        bytes(2 * said.channels * round(part_s * said.sample_rate))
        for part_s in (request.lead_s, request.tail_s)
    )
    sound = replace(said, pcm=lead + said.pcm + tail)
    return Heard(sound, parts, sound.seconds)


def _sound_of(request: Asked, spoken: list[AudioChunk]) -> Sound:
    if isinstance(request.said, Recording):
        return request.said.played
    return Sound(b"".join(chunk.pcm for chunk in spoken), spoken[0].sample_rate)


async def motion(
    stages: ConverseStages, heard: Heard, request: Asked, fps: int
) -> tuple[FaceFrame, ...]:
    """The face over the whole film: as one who speaks throughout, so that nothing jumps where
    the first sound begins and the last one ends."""
    mood, seed = request.manner.mood, request.manner.seed
    last_s, last = heard.parts[-1]
    end_s = last_s + last.audio.seconds
    asked = [
        _stretch(0.0, request.lead_s, mood, seed),
        *(
            AnimateRequest(
                speech.audio.seconds, speech.phones, start_s,
                mood=mood, audio=speech.audio, seed=seed,
            )
            for start_s, speech in heard.parts
        ),
        _stretch(end_s, heard.seconds - end_s, mood, seed),
    ]  # fmt: skip
    frames = [frame for one in asked for frame in await collect(stages.animate.run(one))]
    return resampled(tuple(frames), fps, heard.seconds)


def _stretch(start_s: float, seconds: float, mood: Mood, seed: int) -> AnimateRequest:
    """Life without a word."""
    return AnimateRequest(max(0.0, seconds), start_s=start_s, mood=mood, seed=seed)
