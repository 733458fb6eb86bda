"""Phones as the speech engines time them, to the mouth's own segments."""

from dataclasses import dataclass, replace

from avatar_serving.media import Phone
from avatar_serving.stages.animate.visemes import DIPHTHONGS, REST, Viseme, viseme

_PRIMARY, _SECONDARY = "ˈ", "ˌ"
_FALLING = "↘˥"
_TRAILING = "ːˑʰʲʷ↓→↗↘˥˦˧˨˩\u0303\u0329\u032f\u0325\u0361"
"""Length, tone and voice marks: they belong to the letter before them."""
_PUNCTUATION = ';:,.!?—…"()“”«»、。，！？；：'
_BRIDGED_S = 0.06
"""Shorter gaps between sounds are spoken through; longer ones rest."""
_GLIDE = 0.6
"""Share of a diphthong that its first vowel takes."""
_STRESSED, _PLAIN, _UNSTRESSED = 1.15, 1.0, 0.88


@dataclass(frozen=True, slots=True)
class Segment:
    """One target of the mouth, in seconds from the start of the stretch."""

    viseme: Viseme
    start_s: float
    end_s: float
    amplitude: float = 1.0
    accent: bool = False
    """A vowel that the speaker leans on."""

    @property
    def middle_s(self) -> float:
        return (self.start_s + self.end_s) / 2


@dataclass(slots=True)
class _Reader:
    """Reads letters in order; remembers what a mark says of the letter to come."""

    marked: bool
    """The language writes stress."""
    done: list[Segment]
    stress: str = ""
    pending_s: float | None = None

    def letter(self, symbol: str, start_s: float, end_s: float) -> None:
        if symbol in (_PRIMARY, _SECONDARY):
            self.stress = symbol
            self.pending_s = start_s if self.pending_s is None else self.pending_s
        elif symbol in _TRAILING:
            self._trail(symbol, end_s)
        elif symbol.isspace() or symbol in _PUNCTUATION:
            self._pause(symbol, start_s, end_s)
        else:
            self._sound(symbol, start_s, end_s)

    def _trail(self, symbol: str, end_s: float) -> None:
        if self.done:
            last = self.done[-1]
            self.done[-1] = replace(last, end_s=end_s, accent=last.accent or symbol in _FALLING)

    def _pause(self, symbol: str, start_s: float, end_s: float) -> None:
        self.pending_s = None
        if symbol in _PUNCTUATION or end_s - start_s >= _BRIDGED_S:
            self.done.append(Segment(REST, start_s, end_s))

    def _sound(self, symbol: str, start_s: float, end_s: float) -> None:
        begin = start_s if self.pending_s is None else self.pending_s
        self.pending_s = None
        letters = DIPHTHONGS.get(symbol, (symbol,))
        found = [viseme(letter) for letter in letters]
        cut = begin + _GLIDE * (end_s - begin) if len(found) == 2 else end_s
        amplitude = self._amplitude()
        accent = found[0].vowel and self.stress == _PRIMARY
        self.done.append(Segment(found[0], begin, cut, amplitude, accent))
        if len(found) == 2:
            self.done.append(Segment(found[1], cut, end_s, amplitude))
        if found[0].vowel:
            self.stress = ""

    def _amplitude(self) -> float:
        if not self.marked:
            return _PLAIN
        return {_PRIMARY: _STRESSED, _SECONDARY: _PLAIN}.get(self.stress, _UNSTRESSED)


def segments(phones: tuple[Phone, ...], seconds: float) -> tuple[Segment, ...]:
    """Targets in order of time, none before 0 or after *seconds*, none empty."""
    marked = any(_PRIMARY in phone.symbol for phone in phones)
    reader = _Reader(marked, [])
    for phone in sorted(phones, key=lambda phone: phone.start_s):
        start, end = max(0.0, phone.start_s), min(seconds, phone.end_s)
        if not phone.symbol or end <= start:
            continue
        step = (end - start) / len(phone.symbol)
        for i, letter in enumerate(phone.symbol):
            reader.letter(letter, start + i * step, start + (i + 1) * step)
    return _bridged([s for s in reader.done if s.end_s > s.start_s])


def _bridged(found: list[Segment]) -> tuple[Segment, ...]:
    """Close short gaps by making the sound before them longer; cut overlaps."""
    result: list[Segment] = []
    for segment in found:
        if result:
            before = result[-1]
            gap = segment.start_s - before.end_s
            if gap < _BRIDGED_S:
                result[-1] = replace(before, end_s=segment.start_s)
        result.append(segment)
    return tuple(s for s in result if s.end_s > s.start_s)
