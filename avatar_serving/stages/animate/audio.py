"""Face motion from any sound: sounds are recognised in it, so that no speech engine need time them.

Where a voice is heard (voice.py) and no sound recognised, as in song, the mouth follows loudness
and spectrum (heard.py), so that it never stands still while somebody sings. Instruments that play
along do not move it.
"""

from collections.abc import AsyncGenerator, Generator
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from avatar_serving import weights
from avatar_serving.flow import in_thread
from avatar_serving.media import AnimateRequest, FaceFrame
from avatar_serving.stages.animate.face import Speaking, face
from avatar_serving.stages.animate.heard import heard_segments
from avatar_serving.stages.animate.mouth import mouth
from avatar_serving.stages.animate.quiet import track
from avatar_serving.stages.animate.recogniser import PhoneRecogniser
from avatar_serving.stages.animate.sound import listen, prosody
from avatar_serving.stages.animate.timed import speaking_of
from avatar_serving.stages.animate.timeline import Timeline, timeline
from avatar_serving.stages.animate.voice import VoiceFinder
from avatar_serving.stages.base import StageConfig


class AudioConfig(StageConfig):
    engine: Literal["audio"] = "audio"
    fps: int = Field(default=30, ge=10, le=120)
    """Frames a second. The realtime protocol of this project announces 30."""
    liveliness: float = Field(default=1.0, ge=0.0, le=1.0)
    """How much of the head's motion is shown, 0 (still) .. 1."""
    weights: ClassVar[tuple[str, ...]] = ("phones", "phones-vocabulary", "silero-vad")

    def build(self) -> "AudioAnimate":
        return AudioAnimate(self)


class AudioAnimate:
    """Deterministic in the request. A request without sound is animated from its phones."""

    def __init__(self, config: AudioConfig) -> None:
        self._config = config
        model, vocabulary = weights.path("phones"), weights.path("phones-vocabulary")
        self._recogniser = PhoneRecogniser(model, vocabulary)
        self._voices = VoiceFinder()

    def run(self, request: AnimateRequest, /) -> AsyncGenerator[FaceFrame, None]:
        return in_thread(self._frames(request))

    def _frames(self, request: AnimateRequest) -> Generator[FaceFrame, None, None]:
        line = timeline(request, self._config.fps)
        if line.count:
            speaking = self._heard(request, line)
            yield from line.frames(face(request, speaking, line, self._config.liveliness))

    def _heard(self, request: AnimateRequest, line: Timeline) -> Speaking:
        if request.audio is None:
            return speaking_of(request, line)
        sound = listen(request.audio)
        heard = track(sound, request.seconds)
        heard = heard.within(self._voices.voiced(sound, heard))
        emissions = self._recogniser.emissions(sound)
        paused = heard.paused_at(np.array([emission.at_s for emission in emissions]))
        told = [one for one, silent in zip(emissions, paused, strict=True) if not silent]
        spoken = heard_segments(told, sound, heard, request.seconds)
        return Speaking(mouth(spoken, line), spoken, prosody(sound, line))
