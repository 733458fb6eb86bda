"""Where in a sound there is a voice, so that instruments alone leave the mouth shut.

A detector of speech hears words through music, spoken or sung; a held note without words it takes
for an instrument. Such a note has one pitch and nothing beside it, which a band never has.
"""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.detectors.vad import SAMPLE_RATE, SileroConfig, SpeechStarted
from avatar_serving.samples import Samples, to_pcm
from avatar_serving.stages.animate.quiet import STEP_S, Track, runs
from avatar_serving.stages.animate.sound import Sound, clarity
from avatar_serving.stages.animate.timeline import Floats

_LEVEL = 0.08
"""Root mean square that the detector hears a sound at."""
_SILENT = 1e-4
_BREAK_MS, _BEFORE_MS = 64, 100
"""Shorter breaks belong to a word; so long before it is sure the detector looks for its onset."""
_LEAD_S = 0.1
"""Lips move this much before a voice is heard."""
_HOP_S = 0.032
_SHORT_S = 0.3
"""A sound too short to be judged counts as a voice."""
_ALONE = 0.96
"""Clarity of a voice that nothing accompanies: sung vowels have .97 and more, of a band with drums
one moment in twenty has .95."""
_NOTE_STEPS = 20


class VoiceFinder:
    """Thread-safe; about 4 ms of one core for each second of sound."""

    def __init__(self) -> None:
        self._model = SileroConfig().build()

    def voiced(self, sound: Sound, heard: Track) -> NDArray[np.bool_]:
        """For each step of *heard*, which is of the same sound: is there a voice?"""
        if len(sound.samples) < _SHORT_S * SAMPLE_RATE:
            return np.ones(len(heard.loud), np.bool_)
        voiced = _notes(sound, len(heard.loud))
        for begin_s, end_s in self._words(sound.samples):
            voiced[heard.step(begin_s - _LEAD_S) : heard.step(end_s)] = True
        return voiced

    def _words(self, samples: Samples) -> list[tuple[float, float]]:
        loud = float(np.sqrt(np.mean(np.square(samples))))
        if loud < _SILENT:
            return []
        padded = np.pad(samples, (0, round(_HOP_S * SAMPLE_RATE)))
        vad = self._model.open(silence_ms=_BREAK_MS, prefix_ms=_BEFORE_MS)
        found: list[tuple[float, float]] = []
        begin_s = 0.0
        for event in vad.push(to_pcm(np.clip(padded * (_LEVEL / loud), -1, 1))):
            if isinstance(event, SpeechStarted):
                begin_s = event.at_s
            else:
                found.append((begin_s, event.at_s))
        return [*found, (begin_s, len(padded) / SAMPLE_RATE)] if vad.speaking else found


def _notes(sound: Sound, steps: int) -> NDArray[np.bool_]:
    """Steps of notes that are held, alone."""
    times: Floats = (np.arange(steps, dtype=np.float64) + 0.5) * STEP_S
    alone = clarity(sound.windows(times)) > _ALONE
    for first, past in runs(alone):
        alone[first:past] = past - first >= _NOTE_STEPS
    return alone
