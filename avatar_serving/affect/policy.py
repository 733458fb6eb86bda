"""When the avatar's mood changes: soon, but never to and fro."""

from dataclasses import dataclass

from avatar_serving.affect.answer import NEUTRAL, answers_to
from avatar_serving.affect.feeling import Feeling, together
from avatar_serving.media import Emotion, Mood


@dataclass(frozen=True, slots=True)
class Patience:
    """Hysteresis of the mood. Times in seconds, strengths 0..1."""

    enter: float = 0.3
    """A new emotion must be this strong ..."""
    leave: float = 0.15
    """... and one that is shown stays until it is weaker than this."""
    margin: float = 0.1
    """How much stronger than the one shown another must be."""
    dwell_s: float = 0.5
    """What the camera sees must last this long: faces twitch, and speech moves the mouth."""
    hold_s: float = 2.0
    """Shortest time between two changes of emotion."""
    step: float = 0.15
    """Smallest change of intensity worth showing ..."""
    step_s: float = 0.5
    """... and the shortest time between two of them."""
    seen_s: float = 0.6
    """Time constant of the smoothing of what the camera sees."""
    gone_s: float = 3.0
    """A camera that has told nothing for this long sees nobody."""
    said_s: float = 12.0
    """Time in which what was said loses half of its weight."""


class MoodPolicy:
    """``said`` and ``seen`` take a feeling of the user, and return the mood if it is to change."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.mood = NEUTRAL
        self._patience = patience or Patience()
        self._said, self._said_at_s = Feeling(), 0.0
        self._seen, self._seen_at_s = Feeling(), 0.0
        self._changed_s = self._stepped_s = float("-inf")
        self._candidate: Emotion | None = None
        self._candidate_s = 0.0

    def said(self, at_s: float, feeling: Feeling) -> Mood | None:
        """The words and the voice of a turn. They need not last: they have been said."""
        self._said, self._said_at_s = feeling, at_s
        return self._decide(at_s, sure=True)

    def seen(self, at_s: float, feeling: Feeling) -> Mood | None:
        """The face at this moment; a stream of these has any rate."""
        passed_s = max(0.0, at_s - self._seen_at_s)
        share = passed_s / (passed_s + self._patience.seen_s)
        self._seen = _blend(self._seen, feeling, share)
        self._seen_at_s = at_s
        return self._decide(at_s, sure=False)

    def now(self, at_s: float) -> Mood | None:
        """Nothing new: what was said and seen weighs less as time goes by."""
        if at_s - self._seen_at_s > self._patience.gone_s:
            return self.seen(at_s, Feeling())
        return self._decide(at_s, sure=False)

    def _decide(self, at_s: float, *, sure: bool) -> Mood | None:
        wanted = self._wanted(at_s)
        if wanted.emotion == self.mood.emotion:
            self._candidate = None
            return self._stepped(at_s, wanted)
        if wanted.emotion != self._candidate:
            self._candidate, self._candidate_s = wanted.emotion, at_s
        lasted = sure or at_s - self._candidate_s >= self._patience.dwell_s
        if not lasted or at_s - self._changed_s < self._patience.hold_s:
            return None
        self._candidate = None
        self._changed_s = self._stepped_s = at_s
        self.mood = wanted
        return wanted

    def _stepped(self, at_s: float, wanted: Mood) -> Mood | None:
        small = abs(wanted.intensity - self.mood.intensity) < self._patience.step
        if small or at_s - self._stepped_s < self._patience.step_s:
            return None
        self._stepped_s = at_s
        self.mood = wanted
        return wanted

    def _wanted(self, at_s: float) -> Mood:
        """The strongest answer, else the one that is shown while it is strong enough to stay."""
        age_s = max(0.0, at_s - self._said_at_s)
        said = self._said.scaled(0.5 ** (age_s / self._patience.said_s))
        called = answers_to(together((said, self._seen)))
        own = called.get(self.mood.emotion, 0.0)
        best = max(called, key=lambda emotion: called[emotion])
        if called[best] >= max(self._patience.enter, own + self._patience.margin):
            return Mood(best, called[best])
        if own >= self._patience.leave:
            return Mood(self.mood.emotion, own)
        return NEUTRAL


def _blend(old: Feeling, new: Feeling, share: float) -> Feeling:
    kept, added = old.scaled(1 - share), new.scaled(share)
    return Feeling(
        joy=kept.joy + added.joy,
        sadness=kept.sadness + added.sadness,
        anger=kept.anger + added.anger,
        fear=kept.fear + added.fear,
        disgust=kept.disgust + added.disgust,
        surprise=kept.surprise + added.surprise,
    )
