"""A whole face from a mouth: what every engine that animates people puts around speech."""

from dataclasses import dataclass

import numpy as np

from avatar_serving.media import AnimateRequest
from avatar_serving.stages.animate import prosody
from avatar_serving.stages.animate.accents import accentuate
from avatar_serving.stages.animate.chance import Chance
from avatar_serving.stages.animate.express import Moods, express, moods
from avatar_serving.stages.animate.gaze import directions, look, saccades
from avatar_serving.stages.animate.lids import blink, blinks, shutting
from avatar_serving.stages.animate.life import BEARINGS, Bearing, head, limited, poise
from avatar_serving.stages.animate.mouth import Mouth, seal
from avatar_serving.stages.animate.segments import Segment
from avatar_serving.stages.animate.sound import Prosody
from avatar_serving.stages.animate.timeline import Floats, Timeline

_STEADY = 0.8
"""Share of a head turn that the eyes take back, to keep looking where they look."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """What an engine knows of a stretch of speech."""

    mouth: Mouth
    segments: tuple[Segment, ...] = ()
    """For the accents in them."""
    heard: Prosody | None = None


def face(request: AnimateRequest, speaking: Speaking, line: Timeline, liveliness: float) -> Floats:
    """frames x CHANNELS. All but the speech is a function of the seed and the answer's time.

    *liveliness* 0..1 scales the motion of the head.
    """
    chance = Chance(request.seed, request.behaviour)
    side = 1.0 if Chance(request.seed, "side").stream("side").random() < 0.5 else -1.0
    shown, bearing = moods(request, line), BEARINGS[request.behaviour]
    frames = poise(bearing, chance, line)
    talks = request.behaviour == "speaking"
    express(frames, shown, chance, speaking.mouth.frames, line, talks)
    frames += speaking.mouth.frames
    seal(frames, speaking.mouth.lips, speaking.mouth.teeth)
    frames[:, -3:] = _head(bearing, shown, chance, side, line)
    _go_with_the_voice(frames, request, speaking, side, line)
    frames[:, -3:] = liveliness * limited(frames[:, -3:])
    _eyes(frames, bearing, shown, chance, side, line)
    return frames


def _head(bearing: Bearing, shown: Moods, chance: Chance, side: float, line: Timeline) -> Floats:
    mood, sides = shown.bearing(), np.array([side, 1.0, side])
    held = np.array(bearing.held) * sides
    return held + mood[:, 5:] * head(bearing, chance, line) + mood[:, :3] * sides


def _go_with_the_voice(
    frames: Floats, request: AnimateRequest, speaking: Speaking, side: float, line: Timeline
) -> None:
    accentuate(frames, speaking.segments, request.seed, line)
    if speaking.heard is not None:
        prosody.move(frames, speaking.heard, side, line)


def _eyes(
    frames: Floats, bearing: Bearing, shown: Moods, chance: Chance, side: float, line: Timeline
) -> None:
    aside = np.array([side, 1.0])
    rest = (np.array(bearing.gazing.rest) + shown.bearing()[:, 3:5]) * aside
    jumps = saccades(bearing.gazing, chance, line)
    look(frames, directions(rest, jumps, line) - _STEADY * frames[:, -3:-1])
    blink(frames, shutting(blinks(bearing.blinks_per_min, chance, jumps, line), line))
