"""How open a mouth should be while phones are spoken.

This comes from phonetics (vowel height, manner of articulation), not from the tables of the engine
that is judged by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from avatar_serving.media import AudioChunk, Phone
from avatar_serving.samples import from_pcm

Floats = NDArray[np.float64]

STEP_S = 0.005
"""Of the fine time axis."""
SMOOTH_S = 0.035
"""Standard deviation of a Gaussian: a mouth does not jump."""
BILABIAL = frozenset("pbm")
"""Sounds that cannot be made with open lips."""
PAUSE_S = 0.12
"""Shorter gaps between sounds are no silence."""
SILENT_DB = -40.0
"""Under the loudest of a recording: what is softer is silence."""
SETTLED_S = 0.1
"""So long after a sound, or before the next, a mouth need not be closed."""

OPENNESS = (
    ("aɑæɒIW", 1.0),
    ("ɛɔʌɐɜəOYQ", 0.6),
    ("eAoɪʊɚᵻ", 0.4),
    ("iuyɨjw", 0.25),
    ("lɹrhkɡgŋθðntdTɾ", 0.25),
    ("szʃʒʧʤ", 0.15),
    ("fv", 0.05),
    ("pbm", 0.0),
)
"""0 (closed) .. 1 (open). Two vowels that glide, written as one letter, by the first of them."""
_OPEN = {symbol: share for symbols, share in OPENNESS for symbol in symbols}


@dataclass(frozen=True, slots=True)
class Sound:
    symbol: str
    start_s: float
    end_s: float

    def near(self, times: Floats, margin_s: float) -> NDArray[np.bool_]:
        """Which of *times* (n,), in seconds, lie within the sound or *margin_s* beside it."""
        return (times >= self.start_s - margin_s) & (times <= self.end_s + margin_s)


def sounds(phones: Sequence[Phone]) -> list[Sound]:
    """The letters of *phones* that are sounds; marks of stress and length add to a neighbour."""
    found: list[Sound] = []
    for phone in phones:
        letters = [letter for letter in phone.symbol if letter in _OPEN]
        step = (phone.end_s - phone.start_s) / max(1, len(letters))
        for i, letter in enumerate(letters):
            start = phone.start_s + i * step
            found.append(Sound(letter, start, start + step))
    return found


def audible(spoken: Sequence[Sound], audio: AudioChunk) -> list[Sound]:
    """*spoken* without the pauses of *audio*, which speech engines time as part of the sound before
    them."""
    quiet = _pauses(audio)
    cut = [replace(s, end_s=min([s.end_s, *_begun(quiet, s)])) for s in spoken]
    return [s for s in cut if s.end_s > s.start_s]


def _begun(quiet: Floats, sound: Sound) -> list[float]:
    """Where the first pause within *sound* begins, if there is one."""
    within = (quiet[:, 0] < sound.end_s) & (quiet[:, 1] > sound.start_s)
    return [max(float(start), sound.start_s) for start in quiet[within, 0][:1]]


def _pauses(audio: AudioChunk) -> Floats:
    """(n, 2): when each silence of at least PAUSE_S begins and ends."""
    length = round(STEP_S * audio.sample_rate)
    samples = from_pcm(audio.pcm)
    steps = samples[: len(samples) // length * length].reshape(-1, length)
    level = np.abs(steps).max(1, initial=0.0)
    silence = level < level.max(initial=0.0) * 10 ** (SILENT_DB / 20)
    edges = np.flatnonzero(np.diff(np.pad(silence.astype(np.int8), 1)))
    runs = np.multiply(edges.reshape(-1, 2), STEP_S, dtype=np.float64)
    return runs[np.ptp(runs, axis=1) >= PAUSE_S]


def openness(spoken: Sequence[Sound], seconds: float) -> tuple[Floats, Floats]:
    """(times, 0..1) every STEP_S."""
    times = np.arange(0, seconds, STEP_S)
    steps = np.zeros(len(times))
    for sound in spoken:
        steps[(times >= sound.start_s) & (times < sound.end_s)] = _OPEN[sound.symbol]
    return times, np.asarray(gaussian_filter1d(steps, SMOOTH_S / STEP_S), np.float64)


def silent(spoken: Sequence[Sound], times: Floats) -> NDArray[np.bool_]:
    """At which of *times* the mouth should be at rest."""
    busy = np.zeros(len(times), bool)
    for sound in spoken:
        busy |= sound.near(times, SETTLED_S)
    for before, after in zip(spoken, spoken[1:], strict=False):
        if after.start_s - before.end_s < PAUSE_S:
            busy |= (times >= before.start_s) & (times <= after.end_s)
    return ~busy
