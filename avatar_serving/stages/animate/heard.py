"""From recognised sounds to the mouth's segments, filled so that no sound leaves the mouth still.

A recogniser says which sounds there are and when, not how long they last, and says nothing of a
held note, a hum or laughter. So each sound lasts until the next begins, only loud time counts,
and what is loud without any recognised sound is articulated from the sound itself: a syllable for
each rise of the loudness, open as its first formant is high, rounded or spread as its second is low
or high.
"""

from dataclasses import replace

import numpy as np

from avatar_serving.media import Phone
from avatar_serving.stages.animate.quiet import STEP_S, Track, runs
from avatar_serving.stages.animate.recogniser import Emission
from avatar_serving.stages.animate.segments import Segment, segments
from avatar_serving.stages.animate.sound import RATE, Sound
from avatar_serving.stages.animate.timeline import Floats
from avatar_serving.stages.animate.visemes import viseme

_CONSONANT_S, _VOWEL_S = 0.07, 1.5
"""Most that a sound lasts after the network tells it."""
_CONSONANT_LATE_S, _VOWEL_LATE_S = 0.022, 0.045
"""How long after its onset the network tells a sound: medians over five voices, with half of all
sounds within 8 ms. Bounds between sounds are so found within 12 ms; halfway from one to the
next would be 21 ms off."""
_SHORTEST_S = 0.025
_HELD_S = 0.32
"""A vowel that lasts longer is cut in pieces of about half of it, each as open as it is loud."""
_UNHEARD_S = 0.14
"""Loud time without a recognised sound, from which the mouth follows the loudness."""
_SYLLABLE_S = (0.12, 0.30)
_BANDS_HZ = ((120, 480), (480, 1150), (1500, 3200))
"""Where a closed, an open and a front vowel have their power."""
_DB_PER_OPENNESS = 26.0
_OPENNESS = (0.72, 1.22)
_ACCENT = 1.1
"""Openness from which a vowel counts as leaned on."""


def heard_segments(
    emissions: list[Emission], sound: Sound, heard: Track, seconds: float
) -> tuple[Segment, ...]:
    """Targets of the mouth, in order of time."""
    phones = _lasting(emissions, heard)
    phones += _unheard(phones, sound, heard)
    return tuple(_open(segments(tuple(phones), seconds), heard))


def _lasting(emissions: list[Emission], heard: Track) -> list[Phone]:
    """Each sound lasts to where the next one begins, while it is loud."""
    phones: list[Phone] = []
    onsets = _onsets(emissions)
    following = [*onsets, np.inf][1:]
    for emission, begin_s, next_s in zip(emissions, onsets, following, strict=True):
        reach_s = _VOWEL_S if _vowel(emission) else _CONSONANT_S
        end_s = max(begin_s + _SHORTEST_S, min(next_s, emission.at_s + reach_s))
        end_s = heard.until_pause(emission.at_s - _VOWEL_LATE_S, end_s)
        phones.append(Phone(emission.symbol, max(begin_s, 0.0), end_s))
    return phones


def _onsets(emissions: list[Emission]) -> list[float]:
    """When each sound begins: a little before the network tells it."""
    onsets: list[float] = []
    for emission in emissions:
        late_s = _VOWEL_LATE_S if _vowel(emission) else _CONSONANT_LATE_S
        least_s = onsets[-1] + _SHORTEST_S if onsets else 0.0
        onsets.append(max(emission.at_s - late_s, least_s))
    return onsets


def _vowel(emission: Emission) -> bool:
    return viseme(emission.symbol[0]).vowel


def _unheard(phones: list[Phone], sound: Sound, heard: Track) -> list[Phone]:
    """Vowels for what is loud and was not recognised."""
    free = heard.loud.copy()
    for phone in phones:
        free[heard.step(phone.start_s - 0.03) : heard.step(phone.end_s + 0.03)] = False
    found: list[Phone] = []
    for first, past in runs(free):
        if (past - first) * STEP_S >= _UNHEARD_S:
            found += _syllables(sound, first, past, heard.level_db)
    return found


def _syllables(sound: Sound, first: int, past: int, level_db: Floats) -> list[Phone]:
    """Cut at the softest moments; each syllable ends with a light movement of the tongue."""
    least, most = (round(s / STEP_S) for s in _SYLLABLE_S)
    found: list[Phone] = []
    while past - first >= least:
        room = level_db[first + least : min(first + most, past)]
        cut = first + least + int(np.argmin(room)) if past - first > most else past
        begin_s, end_s = first * STEP_S, cut * STEP_S
        turn_s = end_s - 0.25 * (end_s - begin_s)
        found.append(Phone(vowel_of(sound, begin_s, turn_s), begin_s, turn_s))
        found.append(Phone("l", turn_s, end_s))
        first = cut
    return found


def vowel_of(sound: Sound, begin_s: float, end_s: float) -> str:
    """The vowel whose shape the spectrum suggests, by the balance of three bands in dB.

    The bounds lie between the medians of vowels in speech whose phones are known.
    """
    first = int(begin_s * RATE)
    samples = sound.samples[first : max(int(end_s * RATE), first + 256)]
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    low, middle, high = (
        10 * np.log10(power[(hertz >= a) & (hertz < b)].sum() + 1e-9) for a, b in _BANDS_HZ
    )
    opened, bright = middle - low, high - middle
    if opened > -3:
        return "æ" if bright > -6 else "ɑ" if bright > -21 or opened > 1 else "ɔ"
    if bright < -16:
        return "o" if opened > -8 else "u"
    return "ɛ" if opened > -13 else "i"


def _open(found: tuple[Segment, ...], heard: Track) -> list[Segment]:
    """Vowels as open as they are loud against the others."""
    spoken = [heard.mean_db(s.start_s, s.end_s) for s in found if s.viseme.vowel]
    usual_db = float(np.median(spoken)) if spoken else 0.0
    opened: list[Segment] = []
    for segment in found:
        if segment.viseme.vowel:
            opened += [_leaned(piece, usual_db, heard) for piece in _pieces(segment)]
        else:
            opened.append(segment)
    return opened


def _leaned(segment: Segment, usual_db: float, heard: Track) -> Segment:
    more_db = heard.mean_db(segment.start_s, segment.end_s) - usual_db
    amplitude = float(np.clip(1 + more_db / _DB_PER_OPENNESS, *_OPENNESS))
    return replace(segment, amplitude=amplitude, accent=amplitude > _ACCENT)


def _pieces(segment: Segment) -> list[Segment]:
    seconds = segment.end_s - segment.start_s
    if seconds <= _HELD_S:
        return [segment]
    cuts = np.linspace(segment.start_s, segment.end_s, round(seconds / (_HELD_S / 2)) + 1).tolist()
    return [replace(segment, start_s=a, end_s=b) for a, b in zip(cuts, cuts[1:], strict=False)]
