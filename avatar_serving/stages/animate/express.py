"""Emotion on a speaking face.

A mood is eased in over half a second (spontaneous smiles take .4 to .7 s to their apex: K. Schmidt,
J. Cohn, Y. Tian, Biological Psychology 65, 2003) and then held, with small changes. Around the
mouth speech comes first: a mood gives way where speech moves the mouth, most of all where it rounds
the lips. The closures are laid over both afterwards (mouth.seal).
"""

from dataclasses import dataclass

import numpy as np

from avatar_serving.expressions import PRESETS, weights_of
from avatar_serving.media import AnimateRequest, Mood
from avatar_serving.stages.animate.chance import Chance, wander
from avatar_serving.stages.animate.timeline import COLUMN, Floats, Timeline, smooth

EASE_S = 0.5
_AWAY = {
    "jawOpen": 0.3, "mouthShrugLower": 0.7, "mouthShrugUpper": 0.8, "mouthUpperUpLeft": 0.5,
    "mouthUpperUpRight": 0.5, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5,
    "mouthPressLeft": 0.9, "mouthPressRight": 0.9, "mouthRollLower": 0.9, "mouthRollUpper": 0.9,
    "mouthSmileLeft": 0.25, "mouthSmileRight": 0.25, "mouthFrownLeft": 0.3, "mouthFrownRight": 0.3,
    "mouthDimpleLeft": 0.3, "mouthDimpleRight": 0.3,
}  # fmt: skip
"""Share of each shape that a mood gives up where speech moves the mouth."""
_ROUNDED = ("mouthSmile", "mouthStretch", "mouthDimple", "mouthFrown")
_ROUND = 0.8
"""Share of the pull on the corners that rounded lips take away."""
_HANGING = 0.5
"""Share of an open jaw that a mood keeps in somebody who speaks: a pause shows a closed mouth."""
_BUSY = 0.25
"""Weight of a speech shape from which the mouth belongs to speech."""


@dataclass(frozen=True, slots=True)
class Moods:
    """The mood before a stretch, the mood of it, and how far the change is done in each frame."""

    before: Mood
    now: Mood
    done: Floats

    def blend(self, before: Floats, now: Floats) -> Floats:
        """frames x n: from one set of n numbers to the other."""
        return before + self.done[:, None] * (now - before)

    def bearing(self) -> Floats:
        """frames x 6: yaw, pitch, roll, gaze aside, gaze up in degrees, and vigour."""
        return self.blend(_bearing(self.before), _bearing(self.now))


def moods(request: AnimateRequest, line: Timeline) -> Moods:
    """The change is over when the stretch is, so that the next one may begin there."""
    before = request.mood if request.mood_before is None else request.mood_before
    ease_s = min(EASE_S, line.end_s - line.begin_s)
    return Moods(before, request.mood, smooth(line.stretch_s / max(ease_s, 1e-6)))


def express(
    frames: Floats, shown: Moods, chance: Chance, speech: Floats, line: Timeline, speaking: bool
) -> None:
    """Add the mood's shapes to *frames*, giving way to what *speech* (same shape) does."""
    if shown.before.intensity == 0 == shown.now.intensity:
        return
    lean = float(chance.stream("lean").uniform(-1, 1))
    weights = shown.blend(_vector(shown.before, lean), _vector(shown.now, lean))
    weights = weights * (1 + 0.1 * wander(chance, "mood", line, 0.08, 0.35))[:, None]
    weights[:, COLUMN["jawOpen"]] *= _HANGING if speaking else 1.0
    _give_way(weights, speech)
    frames[:, : weights.shape[1]] += weights


def _bearing(mood: Mood) -> Floats:
    preset, much = PRESETS[mood.emotion], mood.intensity
    return np.array(
        [*(much * a for a in (*preset.head, *preset.gaze)), 1 + much * (preset.vigour - 1)]
    )


def _vector(mood: Mood, lean: float) -> Floats:
    vector = np.zeros(len(COLUMN))
    for name, weight in weights_of(mood.emotion, mood.intensity, lean).items():
        vector[COLUMN[name]] = weight
    return vector


def _give_way(weights: Floats, speech: Floats) -> None:
    busy = smooth(speech[:, :-3].max(axis=1) / _BUSY)
    for name, share in _AWAY.items():
        weights[:, COLUMN[name]] *= 1 - share * busy
    rounded = speech[:, COLUMN["mouthPucker"]] + speech[:, COLUMN["mouthFunnel"]]
    for shape in _ROUNDED:
        for side in ("Left", "Right"):
            weights[:, COLUMN[shape + side]] *= 1 - _ROUND * np.minimum(1.0, 1.5 * rounded)
