"""What a person feels, as far as it can be told from outside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Literal, cast

UserEmotion = Literal["joy", "sadness", "anger", "fear", "disgust", "surprise"]
"""Ekman's six basic emotions."""


@dataclass(frozen=True, slots=True)
class Feeling:
    """How strong each emotion is, 0..1. All zero: nothing to be told."""

    joy: float = 0.0
    sadness: float = 0.0
    anger: float = 0.0
    fear: float = 0.0
    disgust: float = 0.0
    surprise: float = 0.0

    @classmethod
    def of(cls, scores: Mapping[UserEmotion, float]) -> "Feeling":
        """Scores beyond 0..1 are cut to it; emotions that are not named are 0."""
        return cls(**{name: min(1.0, max(0.0, score)) for name, score in scores.items()})

    def score(self, emotion: UserEmotion) -> float:
        return cast(float, getattr(self, emotion))

    @property
    def strongest(self) -> tuple[UserEmotion, float]:
        """The first of the strongest, and its strength."""
        return max(((name, self.score(name)) for name in USER_EMOTIONS), key=lambda pair: pair[1])

    def scaled(self, factor: float) -> "Feeling":
        return Feeling.of({name: self.score(name) * factor for name in USER_EMOTIONS})


USER_EMOTIONS = cast(tuple[UserEmotion, ...], tuple(field.name for field in fields(Feeling)))


def together(feelings: Iterable[Feeling]) -> Feeling:
    """Several signs of the same moment. Signs of one emotion add up as independent causes do
    (noisy or): 1 - (1 - a)(1 - b)."""
    left = dict.fromkeys(USER_EMOTIONS, 1.0)
    for feeling in feelings:
        for name in USER_EMOTIONS:
            left[name] *= 1 - feeling.score(name)
    return Feeling.of({name: 1 - rest for name, rest in left.items()})
