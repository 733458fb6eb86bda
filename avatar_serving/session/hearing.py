"""The user's sound: from samples to what the turn machine wants done, and the utterance itself."""

from avatar_serving.detectors.vad import SpeechStarted as VadStarted
from avatar_serving.detectors.vad import Vad
from avatar_serving.detectors.vad.gate import HOP
from avatar_serving.media import AudioChunk
from avatar_serving.session.turns import (
    Act,
    Floor,
    Judged,
    Recognised,
    Sense,
    Silence,
    SpeechPaused,
    SpeechStarted,
    Turns,
)

RATE = 16_000
_BYTES_PER_S = 2 * RATE
_BREATH_S = 0.05
"""A longer silence may be the end of the turn."""


class Hearing:
    """One session's ear. Times are seconds of the user's audio since the session began."""

    def __init__(self, vad: Vad, turns: Turns, *, prefix_s: float, longest_s: float) -> None:
        self.turns = turns
        self.onset_s = 0.0
        """Where the user's present turn began."""
        self.last_speech_s = 0.0
        """Where the user was last heard."""
        self._vad = vad
        self._prefix_s = prefix_s
        self._longest_s = longest_s
        self._pcm = bytearray()
        self._dropped_s = 0.0
        self._judged = 0
        """Samples that the detector was given."""

    @property
    def now_s(self) -> float:
        """How much of the user's audio there was, in seconds since the session began."""
        return self._dropped_s + len(self._pcm) / _BYTES_PER_S

    @property
    def buffered_s(self) -> float:
        """How much of it is kept: what the present turn may be made of."""
        return len(self._pcm) / _BYTES_PER_S

    @property
    def buffered(self) -> bytes:
        """All samples that are kept."""
        return bytes(self._pcm)

    @property
    def speaking(self) -> bool:
        """The user is being heard at this moment, in a turn that was told."""
        turns = self.turns
        return turns.floor is Floor.OPEN and not turns.aside and self._vad.silence_s < _BREATH_S

    @property
    def turn_s(self) -> float:
        """How long the present turn has lasted."""
        return self.now_s - self.onset_s

    @property
    def said_until_s(self) -> float:
        """Up to where the present turn has been heard."""
        return self.last_speech_s if self.turns.floor is Floor.PAUSED else self.now_s

    def can_wait(self, more_s: float) -> bool:
        """Whether nothing is missed while *more_s* of sound are not pushed: nobody speaks, and the
        detector, which judges hop by hop, could not tell yet whether somebody begins to."""
        free = self.turns.floor is Floor.FREE
        return free and self._judged % HOP + round(more_s * RATE) < HOP - 1

    def keep(self, pcm: bytes) -> None:
        """Buffer samples without listening for turns (the client commits by hand)."""
        self._pcm += pcm
        self._forget_before(self.now_s - self._longest_s)

    def push(self, pcm: bytes) -> list[Act]:
        """Take 16 kHz samples; say what must be done, in order."""
        self._pcm += pcm
        self._judged += len(pcm) // 2
        acts: list[Act] = []
        for event in self._vad.push(pcm):
            if isinstance(event, VadStarted):
                if self.turns.floor is Floor.FREE:
                    self.onset_s = max(0.0, event.at_s - self._prefix_s)
                acts += self.turns.feed(SpeechStarted(event.at_s))
            else:
                self.last_speech_s = event.at_s
                acts += self.turns.feed(SpeechPaused(event.at_s))
        acts += self.turns.feed(Silence(self.now_s))
        # What is to be done next is done with the sound of the turn, even if the turn is over.
        return acts or self._bound()

    def judged(self, at_s: float, probability: float) -> list[Act]:
        """The end-of-turn model has answered for the pause at *at_s*."""
        acts = self.turns.feed(Judged(at_s, probability))
        return acts + self.turns.feed(Silence(self.now_s))

    def recognised(self, at_s: float, sense: Sense) -> list[Act]:
        """The words that were said up to *at_s* have been recognised."""
        acts = self.turns.feed(Recognised(at_s, sense))
        return acts + self.turns.feed(Silence(self.now_s))

    def waited(self, silent_s: float) -> list[Act]:
        """No samples have come for *silent_s* (a muted client): time goes on all the same."""
        return self.turns.feed(Silence(self.now_s + silent_s))

    def utterance(self) -> AudioChunk:
        """What the user said in the present turn, with a little before it."""
        start = round((max(self.onset_s, self._dropped_s) - self._dropped_s) * RATE) * 2
        return AudioChunk(bytes(self._pcm[start:]), RATE)

    def clear(self) -> None:
        """Forget everything that was heard."""
        self._dropped_s = self.now_s
        self._pcm.clear()
        self.turns.reset()

    def _bound(self) -> list[Act]:
        if self.turns.floor is Floor.FREE:
            self._forget_before(self.now_s - self._prefix_s - 1.0)
            return []
        if self.turn_s < self._longest_s:
            return []
        if self.turns.aside:
            self.turns.reset()
            return []
        self.last_speech_s = self.now_s
        self.turns.reset()
        return [Act.DRAFT, Act.COMMIT]

    def _forget_before(self, time_s: float) -> None:
        drop = max(0, int((time_s - self._dropped_s) * RATE) * 2)
        if drop:
            del self._pcm[:drop]
            self._dropped_s += drop / _BYTES_PER_S
