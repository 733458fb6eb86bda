"""From what was measured of a voice to words that help people choose one.

Every tag compares a voice with the others of its language and gender, so that not all men are
simply "mature". A word is given only where the voice stands out.
"""

from dataclasses import dataclass
from statistics import median, quantiles

_MATURE_ST, _YOUNG_ST = -1.5, 1.5
"""Semitones from the middle voice of its group."""
_DOUBTED_ST = 13.0
"""A range from here on comes of breath or creak, whose pitch cannot be measured."""
_FEWEST = 3
"""Of fewer voices nobody can say which stands out."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Of two read sentences."""

    group: str
    """Language and gender: voices are compared within it."""
    pitch_st: float
    """Median pitch, in semitones above 100 Hz."""
    range_st: float
    """From the 10th to the 90th percentile of the pitch."""
    pace: float
    """Phones a second."""
    brightness_db: float
    """Level of 2..8 kHz beside that of 80..1000 Hz."""


def style_tags(voice_id: str, all_: dict[str, Measure]) -> tuple[str, ...]:
    """Mature or youthful, warm or bright, lively or calm, brisk or unhurried, where that fits.

    Sunny is bright and lively, and neither mature nor unhurried; gentle is calm and warm.
    """
    own = all_.get(voice_id)
    if own is None:
        return ()
    group = [measure for measure in all_.values() if measure.group == own.group]
    if len(group) < _FEWEST:
        return ()
    found = _melody(own, [m for m in group if m.range_st < _DOUBTED_ST])
    found += _third(own.brightness_db, [m.brightness_db for m in group], "warm", "bright")
    found += _third(own.pace, [m.pace for m in group], "unhurried", "brisk")
    if {"bright", "lively"} <= {*found} and not {"mature", "unhurried"} & {*found}:
        found.append("sunny")
    if {"calm", "warm"} <= {*found}:
        found.append("gentle")
    return tuple(found)


def _melody(own: Measure, group: list[Measure]) -> list[str]:
    if own.range_st >= _DOUBTED_ST or len(group) < _FEWEST:
        return []
    beside = own.pitch_st - median(m.pitch_st for m in group)
    age = ["mature"] * (beside <= _MATURE_ST) + ["youthful"] * (beside >= _YOUNG_ST)
    return age + _third(own.range_st, [m.range_st for m in group], "calm", "lively")


def _third(value: float, values: list[float], low: str, high: str) -> list[str]:
    """The word for the lowest or the highest third, if *value* is in it."""
    lower, upper = quantiles(values, n=3)
    return [low] * (value < lower) + [high] * (value > upper)
