"""Who holds the floor. No I/O and no clock: the time of the user's audio arrives with each event.

The user's turn goes OPEN (speaking) -> PAUSED (silent, perhaps finished) -> committed, or back to
OPEN. An answer runs beside it; a user who speaks while it is heard takes the floor back.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """The user was heard from *at_s* on."""

    at_s: float


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The user has been silent since *at_s*, long enough that the turn may be over."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The end-of-turn model's opinion of the pause that began at *at_s*."""

    at_s: float
    probability: float


@dataclass(frozen=True, slots=True)
class Silence:
    """It is *now_s* and nothing has been heard since the last event."""

    now_s: float


@dataclass(frozen=True, slots=True)
class AnswerStarted:
    pass


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """The last sample of the answer has been played."""


Heard = SpeechStarted | SpeechPaused | Judged | Silence | AnswerStarted | AnswerHeard


class Act(Enum):
    OPEN = "open"
    """The user's turn begins."""
    STOP_ANSWER = "stop_answer"
    DRAFT = "draft"
    """Recognise and answer what was said so far, without a sound."""
    JUDGE = "judge"
    """Ask the end-of-turn model."""
    DROP_DRAFT = "drop_draft"
    """The user goes on: what was drafted is void."""
    COMMIT = "commit"
    """The user's turn is over: release the draft."""


class Floor(Enum):
    FREE = "free"
    OPEN = "open"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a pause may last, in seconds of silence, before the turn is taken as over."""

    certain_s: float
    """When the end-of-turn model says the user has finished, or there is no model."""
    fallback_s: float
    """When it says that they have not."""
    judged: bool
    """Whether there is a model to ask."""
    complete: float = 0.5
    """Probability from which the model is believed."""


class Turns:
    """The state machine of one session."""

    def __init__(self, patience: Patience, *, interruptible: bool = True) -> None:
        self.floor = Floor.FREE
        self.answering = False
        self._patience = patience
        self._interruptible = interruptible
        self._paused_s = 0.0
        self._finished: bool | None = None

    def adjust(self, patience: Patience, *, interruptible: bool) -> None:
        """Options of the session changed; the turn that is open goes on under the new ones."""
        self._patience = patience
        self._interruptible = interruptible

    def feed(self, heard: Heard) -> list[Act]:
        """Take one event, say what the session must do now, in order."""
        match heard:
            case SpeechStarted():
                return self._started()
            case SpeechPaused(at_s):
                return self._paused(at_s)
            case Judged(at_s, probability):
                if self.floor is Floor.PAUSED and at_s == self._paused_s:
                    self._finished = probability >= self._patience.complete
                return []
            case Silence(now_s):
                return self._silence(now_s)
            case AnswerStarted():
                self.answering = True
                return []
            case AnswerHeard():
                self.answering = False
                return []

    def reset(self) -> None:
        """Forget the user's turn: the buffer was cleared, or committed by hand."""
        self.floor = Floor.FREE
        self._finished = None

    def _started(self) -> list[Act]:
        if self.floor is Floor.PAUSED:
            self.floor = Floor.OPEN
            self._finished = None
            return [Act.DROP_DRAFT]
        if self.floor is Floor.OPEN:
            return []
        self.floor = Floor.OPEN
        if self.answering and self._interruptible:
            self.answering = False
            return [Act.OPEN, Act.STOP_ANSWER]
        return [Act.OPEN]

    def _paused(self, at_s: float) -> list[Act]:
        if self.floor is not Floor.OPEN:
            return []
        self.floor = Floor.PAUSED
        self._paused_s = at_s
        self._finished = None if self._patience.judged else True
        return [Act.JUDGE, Act.DRAFT] if self._patience.judged else [Act.DRAFT]

    def _silence(self, now_s: float) -> list[Act]:
        if self.floor is not Floor.PAUSED:
            return []
        limit_s = self._patience.certain_s if self._finished else self._patience.fallback_s
        if now_s - self._paused_s < limit_s:
            return []
        self.reset()
        return [Act.COMMIT]
