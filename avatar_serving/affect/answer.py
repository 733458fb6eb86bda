"""What the avatar's face shows: its answer to what the user feels, and to what it says itself."""

from avatar_serving.affect.feeling import Feeling, UserEmotion
from avatar_serving.affect.words import feeling_in
from avatar_serving.media import Emotion, Mood

NEUTRAL = Mood()
_ANSWER: dict[UserEmotion, tuple[Emotion, float]] = {
    "joy": ("joy", 0.9),
    "sadness": ("concern", 0.9),
    "anger": ("concern", 0.7),
    "fear": ("concern", 0.8),
    "disgust": ("concern", 0.5),
    "surprise": ("surprise", 0.7),
}
"""Joy is shared; whatever is bad for the user is a concern, never a threat or a mirror."""
_OWN: dict[UserEmotion, Emotion] = {
    "joy": "joy",
    "sadness": "concern",
    "anger": "concern",
    "fear": "concern",
    "disgust": "disgust",
    "surprise": "surprise",
}
_TELLING = 0.4
_SPOKEN = 0.8


def answers_to(feeling: Feeling) -> dict[Emotion, float]:
    """How strongly each mood of a kind listener is called for, 0..1."""
    called: dict[Emotion, float] = {}
    for emotion, (shown, share) in _ANSWER.items():
        called[shown] = max(called.get(shown, 0.0), feeling.score(emotion) * share)
    return called


def while_saying(clause: str, base: Mood) -> Mood:
    """The face of a clause: what its own words call for, else *base*, the mood of the answer.

    Concern for the user is kept through friendly words: "I'm sorry. I hope it gets better" is said
    with one face.
    """
    emotion, strength = feeling_in(clause).strongest
    if strength < _TELLING or (base.emotion == "concern" and emotion == "joy"):
        return base
    own = Mood(_OWN[emotion], min(1.0, strength * _SPOKEN))
    if own.emotion == base.emotion:
        return Mood(base.emotion, max(base.intensity, own.intensity))
    return own
