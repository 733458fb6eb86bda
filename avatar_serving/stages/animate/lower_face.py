"""A face whose mouth a network gives: it says the lower half, all else is as with every engine."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from avatar_serving.media import ARKIT, AnimateRequest, FaceFrame
from avatar_serving.stages.animate.face import Speaking, face
from avatar_serving.stages.animate.mouth import Mouth
from avatar_serving.stages.animate.quiet import STEP_S, track
from avatar_serving.stages.animate.sound import Sound, prosody
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline

_LOWER = [
    i for i, n in enumerate(ARKIT) if n.startswith(("jaw", "mouth", "cheek", "nose", "tongue"))
]
_OPEN_S, _CLOSE_S = 0.06, 0.09
"""As in mouth.py: at both ends of a stretch the mouth is at rest, so that stretches join."""
_HUSH_S = 0.03
"""How softly the mouth comes to rest in a pause; networks go on moving it."""
_AJAR = 0.1
"""Least opening of the jaw against which a closure of the lips is measured."""


class LowerFace:
    """The frames of one stretch, given out as its weights become known."""

    def __init__(
        self, request: AnimateRequest, sound: Sound, line: Timeline, liveliness: float
    ) -> None:
        self._request, self._line, self._liveliness = request, line, liveliness
        self._prosody = prosody(sound, line)
        self._open = _calm(sound, line)
        self._weights = np.zeros((line.count, len(ARKIT)))
        self._known = self._told = 0

    @property
    def missing(self) -> int:
        """Frames whose weights are not known yet."""
        return self._line.count - self._known

    def tell(self, weights: Floats) -> list[FaceFrame]:
        """*weights* (n x 52, 0..1, of ARKIT) are those of the next n frames.

        Frames come when they have doubled, and at the end: each time the whole face is computed.
        """
        past = self._known + len(weights)
        self._weights[self._known : past] = weights
        self._known = past
        if past < 2 * self._told and self.missing:
            return []
        speaking = Speaking(self._mouth(), heard=self._prosody)
        frames = face(self._request, speaking, self._line, self._liveliness)
        told, self._told = self._told, past
        return self._line.frames(frames)[told:past]

    def _mouth(self) -> Mouth:
        frames = self._line.empty()
        frames[:, _LOWER] = self._weights[:, _LOWER] * self._open[:, None]
        jaw, shut = frames[:, COLUMN["jawOpen"]], frames[:, COLUMN["mouthClose"]]
        lips = np.clip(shut / np.maximum(jaw, _AJAR), 0.0, 1.0)
        frames[:, COLUMN["mouthClose"]] = 0.0  # the seal puts it back, over moods too
        return Mouth(frames, lips, np.zeros(self._line.count))


def _calm(sound: Sound, line: Timeline) -> Floats:
    """0 in pauses and at both ends, else 1."""
    seconds = line.end_s - line.begin_s
    speaks = (~track(sound, seconds).pause).astype(np.float64)
    speaks = gaussian_filter1d(speaks, _HUSH_S / STEP_S, mode="nearest")
    times = (np.arange(len(speaks)) + 0.5) * STEP_S
    return line.edges(_OPEN_S, _CLOSE_S) * np.interp(line.stretch_s, times, speaks)
