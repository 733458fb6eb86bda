"""The mouth under speech: a sentence is animated and drawn, and its lips are looked at again."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np

from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.expected import (
    BILABIAL,
    STEP_S,
    Floats,
    audible,
    openness,
    silent,
    sounds,
)
from avatar_serving.evaluation.results import LipSync
from avatar_serving.evaluation.stand import Stand
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER
from avatar_serving.media import HEAD, FaceFrame, Progress, Speech

Look = Callable[[Stand, tuple[float, ...]], float | None]
"""How open a mouth is seen to be, in pixels."""
LIPS = [*LIPS_INNER, *LIPS_OUTER]
CLOSED = 0.011
"""Lips are closed up to this aperture, in face widths, over the neutral face's own."""
LONGEST_LAG_S = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """A mouth at each frame. Lengths in face widths."""

    times: Floats
    aperture: Floats
    """As seen, over that of the neutral face. NaN where no face was found."""
    lips: Floats
    """(n, k, 2): the rig's own lips with the head held still."""


def seen_aperture(stand: Stand, values: tuple[float, ...]) -> float | None:
    """How open the landmark model sees the mouth, in pixels; None where it finds no face."""
    seen = stand.view(values).seen
    return None if seen is None else measures.aperture(seen)


def watch(
    stand: Stand, frames: Sequence[FaceFrame], look: Look = seen_aperture
) -> Generator[Progress, None, Watched]:
    """Returns what was seen."""
    offset = look(stand, pose_values({})) or 0.0
    aperture: list[float] = []
    lips: list[Floats] = []
    for i, frame in enumerate(frames):
        seen = look(stand, frame.values)
        aperture.append(np.nan if seen is None else seen - offset)
        still = (*frame.values[: -len(HEAD)], *(0.0 for _ in HEAD))
        lips.append(stand.geometry(still)[LIPS])
        share = (i + 1) / len(frames)
        yield Progress("speech", 0.6 + 0.36 * share, "Watching the lips")
    times = np.array([frame.at_s for frame in frames])
    return Watched(times, np.array(aperture) / stand.face_width, np.array(lips) / stand.face_width)


def judge(speech: Speech, text: str, watched: Watched) -> LipSync:
    spoken = audible(sounds(speech.phones), speech.audio)
    seconds = speech.audio.seconds
    correlation, lag_s = best_lag(*openness(spoken, seconds), watched)
    frame_s = float(np.median(np.diff(watched.times)))
    closed = watched.aperture <= CLOSED
    bilabials = [sound for sound in spoken if sound.symbol in BILABIAL]
    hits = [bool(closed[sound.near(watched.times, frame_s)].any()) for sound in bilabials]
    quiet = silent(spoken, watched.times) & np.isfinite(watched.aperture)
    jerks = jerk(watched.lips, frame_s)
    return LipSync(
        text=text,
        seconds=round(seconds, 3),
        correlation=round(correlation, 4),
        lag_ms=round(1000 * lag_s, 1),
        closures=len(bilabials),
        closure_hits=round(float(np.mean(hits)), 4) if hits else 1.0,
        closed_in_silence=round(float(closed[quiet].mean()), 4) if quiet.any() else 1.0,
        jerk=round(float(np.sqrt(np.mean(jerks**2))), 2),
        jerk_p99=round(float(np.percentile(jerks, 99)), 2),
        found=round(float(np.isfinite(watched.aperture).mean()), 4),
    )


def best_lag(times: Floats, expected: Floats, watched: Watched) -> tuple[float, float]:
    """The largest correlation of what is seen with what is expected, and the seconds by which what
    is seen has to be moved earlier for it: between steps, by a parabola."""
    known = np.isfinite(watched.aperture)
    if known.sum() < 8:
        return 0.0, 0.0
    seen = np.interp(times, watched.times[known], watched.aperture[known])
    reach = round(LONGEST_LAG_S / STEP_S)
    inner = slice(reach, len(times) - reach)
    scores = np.array([
        _correlation(np.roll(seen, -step)[inner], expected[inner])
        for step in range(-reach, reach + 1)
    ])  # fmt: skip
    top = int(scores.argmax())
    return float(scores[top]), (top - reach + _vertex(scores, top)) * STEP_S


def jerk(points: Floats, frame_s: float) -> Floats:
    """Length of the third derivative of each point (n, k, 2) at each instant."""
    return np.linalg.norm(np.diff(points, 3, axis=0), axis=-1).ravel() / frame_s**3


def _vertex(scores: Floats, top: int) -> float:
    """Where between its neighbours the peak lies, -.5 .. .5."""
    if not 0 < top < len(scores) - 1:
        return 0.0
    before, peak, after = scores[top - 1 : top + 2]
    curve = before - 2 * peak + after
    return float(0.5 * (before - after) / curve) if curve else 0.0


def _correlation(one: Floats, other: Floats) -> float:
    if np.ptp(one) < 1e-9 or np.ptp(other) < 1e-9:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
