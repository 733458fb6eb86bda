"""By what frames of a film are found again: by how they sounded, or by how their lips looked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from avatar_serving.film.recording import Recording
from avatar_serving.footage.bank import Faces, FilmBank, bank_of
from avatar_serving.footage.lips import LipIndex, Lips, index_of, lips_in, lips_of
from avatar_serving.media import FaceFrame
from avatar_serving.stages.animate.features import Ear
from avatar_serving.stages.animate.quiet import STEP_S, track
from avatar_serving.stages.animate.sound import Sound, listen
from avatar_serving.stages.animate.timeline import Floats


@dataclass(frozen=True, slots=True)
class Said:
    """What a film is to say."""

    sound: Sound
    seconds: float
    face: tuple[FaceFrame, ...] = ()
    """One that says it, at any rate of frames."""


class Index(Protocol):
    def wanted(self, said: Said, times_s: Floats, /) -> Floats:
        """What is looked for at each of *times_s*, to compare with the features of a bank."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A film that was watched."""

    film: FilmBank
    index: Index


class ByEar:
    def __init__(self, ear: Ear) -> None:
        self._ear = ear

    def wanted(self, said: Said, times_s: Floats) -> Floats:
        return self._ear.features(said.sound, times_s)


class ByLips:
    def __init__(self, index: LipIndex) -> None:
        self._index = index

    def wanted(self, said: Said, times_s: Floats) -> Floats:
        lips, at = lips_of(said.face), [frame.at_s for frame in said.face]
        gap, width = (np.interp(times_s, at, values) for values in (lips.gap, lips.width))
        return self._index.wanted(Lips(gap, width))


def known_by(seen: Faces, recording: Recording | None, ear: Callable[[], Ear]) -> Known:
    """By its sound where it has any."""
    if recording is None:
        lips = lips_in(seen.landmarks)
        index = index_of(lips)
        nothing = np.zeros(len(seen.frames), np.bool_)
        return Known(bank_of(seen, index.seen(lips), nothing), ByLips(index))
    sound, times = listen(recording.heard), seen.frames / seen.fps
    paused = track(sound, float(times[-1]) + STEP_S).paused_at(times)
    opened = ear()
    return Known(bank_of(seen, opened.features(sound, times), paused), ByEar(opened))
