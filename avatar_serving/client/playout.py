"""A loudspeaker on paper: what a listener hears of an answer, and when.

No clock and no I/O: every call says what time it is, in seconds of one clock.
"""

from dataclasses import dataclass, field

import numpy as np

AUDIBLE = 200
"""Smallest sample, of 32,767, that counts as sound."""


@dataclass(frozen=True, slots=True)
class Span:
    """Sound that plays without a break."""

    at_s: float
    first: int
    """Sample of the answer that plays at *at_s*."""
    past: int


@dataclass(frozen=True, slots=True)
class Underrun:
    """A gap in the sound: the next samples had not come in time."""

    at_s: float
    seconds: float


@dataclass(slots=True)
class Playout:
    """Plays one answer from the moment its jitter buffer is filled."""

    sample_rate: int
    jitter_s: float = 0.04
    """How much sound is gathered before it starts, and starts again after an underrun."""
    pcm: bytearray = field(default_factory=bytearray)
    spans: list[Span] = field(default_factory=list[Span])
    underruns: list[Underrun] = field(default_factory=list[Underrun])
    complete: bool = False
    stopped_s: float | None = None
    _loud: int | None = None
    """First sample that can be heard."""

    def push(self, pcm: bytes, at_s: float) -> None:
        """Sound has arrived. What comes after ``stop`` is not played."""
        if self.stopped_s is not None or not pcm:
            return
        first = len(self.pcm) // 2
        if self._loud is None:
            loud = np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(np.int32)) > AUDIBLE)
            self._loud = first + int(loud[0]) if len(loud) else None
        self.pcm += pcm
        past = len(self.pcm) // 2
        end_s = self.ends_s
        if end_s is not None and at_s <= end_s:
            last = self.spans[-1]
            self.spans[-1] = Span(last.at_s, last.first, past)
            return
        start_s = at_s + self.jitter_s
        if end_s is not None:
            self.underruns.append(Underrun(end_s, start_s - end_s))
        self.spans.append(Span(start_s, first, past))

    def finish(self) -> None:
        """The server has sent everything."""
        self.complete = True

    def stop(self, at_s: float) -> int:
        """Fall silent; milliseconds that were played."""
        self.stopped_s = at_s
        return round(self.position_s(at_s) * 1000)

    @property
    def seconds(self) -> float:
        """Sound received."""
        return len(self.pcm) / 2 / self.sample_rate

    @property
    def ends_s(self) -> float | None:
        """When the sound received so far has been played."""
        if not self.spans:
            return None
        last = self.spans[-1]
        return last.at_s + (last.past - last.first) / self.sample_rate

    def playing(self, at_s: float) -> bool:
        """Sound is coming out, or waits for more."""
        if self.stopped_s is not None or self.ends_s is None:
            return False
        return at_s < self.ends_s or not self.complete

    def over(self, at_s: float) -> bool:
        """It has sounded, and nothing of it will sound any more."""
        return self.ends_s is not None and not self.playing(at_s)

    def position_s(self, at_s: float) -> float:
        """How much of the answer has been played at *at_s*."""
        if self.stopped_s is not None:
            at_s = min(at_s, self.stopped_s)
        begun = [span for span in self.spans if span.at_s <= at_s]
        if not begun:
            return 0.0
        span = begun[-1]
        return min(span.past, span.first + (at_s - span.at_s) * self.sample_rate) / self.sample_rate

    def when_s(self, position_s: float) -> float | None:
        """When *position_s* of the answer is played; None while that is not known."""
        sample = position_s * self.sample_rate
        for span in self.spans:
            if span.first <= sample < span.past:
                return span.at_s + (sample - span.first) / self.sample_rate
        return None

    def first_audible_s(self) -> float | None:
        """When the first sample that can be heard is played."""
        return None if self._loud is None else self.when_s(self._loud / self.sample_rate)
