"""Who holds the floor. No I/O and no clock: the time of the user's audio arrives with each event.

The user's turn goes OPEN (speaking) -> PAUSED (silent, perhaps finished) -> committed, or back to
OPEN. An answer runs beside it; a user who speaks while it is heard takes the floor back. Where the
avatar has been heard to interrupt itself (its own echo), words must be recognised first: until then
what is heard is *aside*, and nobody is told of it.
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


class Sense(Enum):
    """What the words of a turn say about the turn."""

    NOTHING = "nothing"
    """No word: noise, music, breath."""
    ASIDE = "aside"
    """Nothing that wants an answer while the avatar talks: "mm-hm", or its own echo."""
    UNFINISHED = "unfinished"
    """It ends where no sentence ends."""
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was said up to *at_s* has been recognised."""

    at_s: float
    sense: Sense


@dataclass(frozen=True, slots=True)
class Silence:
    """It is *now_s*, and nothing else has happened since the last event."""

    now_s: float


@dataclass(frozen=True, slots=True)
class AnswerStarted:
    """The avatar begins to be heard."""

    pass


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """The last sample of the answer has been played."""


Heard = SpeechStarted | SpeechPaused | Judged | Recognised | Silence | AnswerStarted | AnswerHeard


class Act(Enum):
    """What the turn machine wants done."""

    OPEN = "open"
    """The user's turn begins."""
    STOP_ANSWER = "stop_answer"
    """Be silent; it may yet turn out that nobody wanted to interrupt."""
    GIVE_UP = "give_up"
    """It was an interruption: the rest of the answer will not be wanted."""
    PROBE = "probe"
    """Recognise what was said so far, to learn whether it is meant for the avatar."""
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


GIVE_UP_S = 1.2
"""Nobody says "mm-hm" for that long: who speaks on interrupts."""
_PROBE_S = 0.7
"""Speech aside that is worth recognising."""


class Turns:
    """The state machine of one session."""

    def __init__(self, patience: Patience, *, interruptible: bool = True) -> None:
        self.floor = Floor.FREE
        self.answering = False
        self.cautious = False
        """Sound alone does not interrupt the avatar; words do."""
        self.aside = False
        """What is being heard has not been told to anybody."""
        self._patience = patience
        self._interruptible = interruptible
        self._started_s = 0.0
        self._paused_s = 0.0
        self._finished: bool | None = None
        self._sense: Sense | None = None
        self._stopped = False
        """An answer was stopped for this turn and not given up."""

    def adjust(self, patience: Patience, *, interruptible: bool) -> None:
        """Options of the session changed; the turn that is open goes on under the new ones."""
        self._patience = patience
        self._interruptible = interruptible

    def feed(self, heard: Heard) -> list[Act]:
        """Take one event, say what the session must do now, in order."""
        match heard:
            case SpeechStarted(at_s):
                return self._speech(at_s)
            case SpeechPaused(at_s):
                return self._pause(at_s)
            case Judged(at_s, probability):
                if self.floor is Floor.PAUSED and at_s == self._paused_s:
                    self._finished = probability >= self._patience.complete
                return []
            case Recognised(at_s, sense):
                return self._recognised(at_s, sense)
            case Silence(now_s):
                return self._time(now_s)
            case AnswerStarted():
                self.answering = True
                return []
            case AnswerHeard():
                self.answering = False
                return self._told() if self.aside else []

    def reset(self) -> None:
        """Forget the user's turn: the buffer was cleared, or committed by hand."""
        self.floor = Floor.FREE
        self.aside = self._stopped = False
        self._finished = self._sense = None

    def _speech(self, at_s: float) -> list[Act]:
        if self.floor is Floor.PAUSED:
            self.floor = Floor.OPEN
            self._finished = self._sense = None
            return [] if self.aside else [Act.DROP_DRAFT]
        if self.floor is Floor.OPEN:
            return []
        self.floor = Floor.OPEN
        self._started_s = at_s
        interrupts = self.answering and self._interruptible
        self.aside = interrupts and self.cautious
        if self.aside:
            return []
        return [Act.OPEN, *self._stop()] if interrupts else [Act.OPEN]

    def _pause(self, at_s: float) -> list[Act]:
        if self.floor is not Floor.OPEN:
            return []
        self.floor = Floor.PAUSED
        self._paused_s = at_s
        self._finished = None if self._patience.judged else True
        return [Act.PROBE] if self.aside else self._prepare()

    def _prepare(self) -> list[Act]:
        return [Act.JUDGE, Act.DRAFT] if self._patience.judged else [Act.DRAFT]

    def _stop(self) -> list[Act]:
        self.answering = False
        self._stopped = True
        return [Act.STOP_ANSWER]

    def _told(self) -> list[Act]:
        """What was heard aside becomes a turn like any other."""
        self.aside = False
        stop = self._stop() if self.answering else []
        return [Act.OPEN, *stop, *(self._prepare() if self.floor is Floor.PAUSED else [])]

    def _recognised(self, at_s: float, sense: Sense) -> list[Act]:
        if self.aside:
            if sense in (Sense.WORDS, Sense.UNFINISHED):
                return self._told()
            if self.floor is Floor.PAUSED and at_s == self._paused_s:
                self.reset()
        elif self.floor is Floor.PAUSED and at_s == self._paused_s:
            self._sense = sense
        return []

    def _time(self, now_s: float) -> list[Act]:
        if self.floor is Floor.OPEN:
            return self._on_and_on(now_s)
        if self.floor is Floor.FREE or self.aside or now_s - self._paused_s < self._wait_s():
            return []
        self.reset()
        return [Act.COMMIT]

    def _on_and_on(self, now_s: float) -> list[Act]:
        if self.aside and now_s - self._started_s >= _PROBE_S:
            self._started_s = now_s
            return [Act.PROBE]
        if self._stopped and now_s - self._started_s >= GIVE_UP_S:
            self._stopped = False
            return [Act.GIVE_UP]
        return []

    def _wait_s(self) -> float:
        """How long the present pause may last. With a model, its opinion and the words count."""
        if not self._patience.judged:
            return self._patience.certain_s
        if self._sense in (Sense.NOTHING, Sense.ASIDE):
            return 0.0
        sure = self._finished and self._sense is Sense.WORDS
        return self._patience.certain_s if sure else self._patience.fallback_s
