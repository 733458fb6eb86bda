"""From recognised sounds to the mouth's segments, filled so that no sound leaves the mouth still.

A recogniser says which sounds there are and when, not how long they last, and says nothing of a
held note, a hum or laughter. So the time between two sounds is shared out, only loud time counts,
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
"""Most that a sound reaches to either side of its middle."""
_HALF_S = 0.03
"""Half a consonant beside a vowel, where there is room for it."""
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
    """Each sound lasts to halfway to its neighbours, while it is loud."""
    phones: list[Phone] = []
    for i, emission in enumerate(emissions):
        reach_s = _VOWEL_S if _vowel(emission) else _CONSONANT_S
        begin_s = max(_bound(emissions, i), emission.at_s - min(reach_s, 0.1), 0.0)
        end_s = min(_bound(emissions, i + 1), emission.at_s + reach_s)
        phones.append(Phone(emission.symbol, begin_s, heard.until_pause(emission.at_s, end_s)))
    return phones


def _bound(emissions: list[Emission], i: int) -> float:
    """Where the sound before *i* ends and *i* begins: between two of a kind halfway, else beside
    the consonant, for it is the vowels that lengthen."""
    if not i or i == len(emissions):
        return np.inf if i else -np.inf
    one, other = emissions[i - 1], emissions[i]
    middle_s = (one.at_s + other.at_s) / 2
    if _vowel(one) == _vowel(other):
        return middle_s
    if _vowel(one):
        return max(middle_s, other.at_s - _HALF_S)
    return min(max(middle_s, one.at_s + _HALF_S), other.at_s)


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
