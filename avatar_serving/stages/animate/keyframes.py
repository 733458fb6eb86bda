"""Face motion from keyframes: one of six mouth shapes at each cue, and ramps between them.

The plain method of drawn lip sync, with cues as Rhubarb Lip Sync writes them and the shapes of
VTuber rigs. Between two cues at progress u the mouth shows, from rest: the second shape at u; to
rest: the first at 1 - u; else the first at 1 - u up to halfway, then the second at u. Smooth ramps
are the remedy for what looks mechanical in that: both shapes overlap, nothing jumps, lips seal.
"""

from collections.abc import AsyncGenerator
from dataclasses import astuple, dataclass
from typing import Literal, get_args

import numpy as np
from pydantic import Field

from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.stages.animate.face import Speaking, face
from avatar_serving.stages.animate.mouth import MOVES, Mouth, closures, still_mouth
from avatar_serving.stages.animate.segments import Segment, segments
from avatar_serving.stages.animate.sound import listen, prosody
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, smooth, timeline
from avatar_serving.stages.animate.visemes import Viseme, viseme
from avatar_serving.stages.base import StageConfig

Shape = Literal["rest", "a", "e", "i", "o", "u"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
Ramp = Literal["linear", "smooth"]

_SOUNDS: dict[Shape, str] = {
    "a": "ɑaæʌ", "e": "ɛeəɜhkl", "i": "iɪɨjtsθɕ", "o": "ɔɒoɤ", "u": "uʊyøwʃɹɯ", "rest": "pf",
}  # fmt: skip
"""Which shape each sound has; consonants have that of the vowel most like them."""
_SHAPE_OF: dict[Viseme, Shape] = {
    viseme(sound): shape for shape, sounds in _SOUNDS.items() for sound in sounds
}
_PLACES = {"a": "ɑ", "e": "e", "i": "i", "o": "o", "u": "u"}
_OPEN_S, _CLOSE_S = 0.07, 0.10
"""From the resting mouth to the first shape, and back."""


@dataclass(frozen=True, slots=True)
class Cue:
    """When the mouth has wholly taken a shape."""

    shape: Shape
    at_s: float


class KeyframesConfig(StageConfig):
    engine: Literal["keyframes"] = "keyframes"
    fps: int = Field(default=30, ge=10, le=120)
    """Frames a second. The realtime protocol of this project announces 30."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""
    ramp: Ramp = "smooth"
    """How a shape becomes the next: linear (the plain method) or smooth."""

    def build(self) -> "KeyframesAnimate":
        return KeyframesAnimate(self)


class KeyframesAnimate:
    """Deterministic in the request; holds no state between requests."""

    def __init__(self, config: KeyframesConfig) -> None:
        self._config = config

    async def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        line = timeline(request, self._config.fps)
        if not line.count:
            return
        spoken = segments(request.phones, request.seconds)
        heard = None if request.audio is None else prosody(listen(request.audio), line)
        speaking = Speaking(keyframed(spoken, line, self._config.ramp), spoken, heard)
        for frame in line.frames(face(request, speaking, line, self._config.liveliness)):
            yield frame


def keyframed(spoken: tuple[Segment, ...], line: Timeline, ramp: Ramp) -> Mouth:
    """The mouth of *spoken*; only smooth ramps seal lips."""
    if not spoken:
        return still_mouth(line)
    frames = line.empty()
    cues = cues_of(spoken, line.end_s - line.begin_s)
    for shape, weight in ramps(cues, line.stretch_s, ramp).items():
        place = astuple(viseme(_PLACES[shape]).place)
        for name, articulator in MOVES.items():
            frames[:, COLUMN[name]] += weight * place[articulator]
    if ramp == "linear":
        return Mouth(frames, np.zeros(line.count), np.zeros(line.count))
    return Mouth(frames, *closures(spoken, line))


def cues_of(spoken: tuple[Segment, ...], seconds: float) -> list[Cue]:
    """A cue in the middle of each sound, and rests where nothing is said."""
    cues: list[Cue] = []
    said_until_s = -1.0
    for segment in spoken:
        shape: Shape = _SHAPE_OF.get(segment.viseme, "rest")
        if segment.start_s - said_until_s > _OPEN_S:
            if cues:
                cues.append(Cue("rest", min(said_until_s + _CLOSE_S / 2, segment.start_s)))
            cues.append(Cue("rest", max(0.0, segment.middle_s - _OPEN_S)))
        cues.append(Cue(shape, segment.middle_s))
        said_until_s = segment.end_s
    return [*cues, Cue("rest", min(max(seconds, 0.0), said_until_s + _CLOSE_S))]


def ramps(cues: list[Cue], times: Floats, ramp: Ramp = "linear") -> dict[Shape, Floats]:
    """How much of each shape but rest is shown at each of *times*, 0..1."""
    shown: dict[Shape, Floats] = {s: np.zeros(len(times)) for s in SHAPES if s != "rest"}
    for first, second in zip(cues, cues[1:], strict=False):
        inside = (times >= first.at_s) & (times < second.at_s)
        progress = (times[inside] - first.at_s) / max(second.at_s - first.at_s, 1e-9)
        falling, rising = _ramp(first.shape, second.shape, progress, ramp)
        for cue, weight in ((first, falling), (second, rising)):
            if cue.shape != "rest":
                shown[cue.shape][inside] = np.maximum(shown[cue.shape][inside], weight)
    return shown


def _ramp(first: Shape, second: Shape, u: Floats, ramp: Ramp) -> tuple[Floats, Floats]:
    if first == second:
        return np.ones_like(u), np.ones_like(u)
    if ramp == "smooth":
        return 1 - smooth(u), smooth(u)
    if "rest" in (first, second):
        return 1 - u, u
    return np.where(u <= 0.5, 1 - u, 0.0), np.where(u > 0.5, u, 0.0)
