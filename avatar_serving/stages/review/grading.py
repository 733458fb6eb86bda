"""From a measured number to a check that people understand."""

from dataclasses import dataclass
from typing import Literal

from avatar_serving.media import Check

Verdict = Literal["good", "fair", "refused"]
GOOD_SCORE = 0.7
"""The score of what is just good."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a number is judged. *refused_at* may lie above *good_at*: then less is better."""

    refused_at: float
    """Here the score is 0; this and everything beyond is refused."""
    good_at: float
    """From here on it is good."""

    def score(self, value: float) -> float:
        """0..1."""
        share = (value - self.refused_at) / (self.good_at - self.refused_at)
        return float(min(1.0, max(0.0, GOOD_SCORE * share)))

    def verdict(self, value: float) -> Verdict:
        score = self.score(value)
        if score <= 0:
            return "refused"
        return "good" if score >= GOOD_SCORE - 1e-9 else "fair"


@dataclass(frozen=True, slots=True)
class Reasons:
    """One sentence for each verdict."""

    good: str
    fair: str
    refused: str

    def of(self, verdict: Verdict) -> str:
        return {"good": self.good, "fair": self.fair, "refused": self.refused}[verdict]


def grade(name: str, value: float, scale: Scale, reasons: Reasons) -> Check:
    """The check called *name*: its score, its verdict and what is said of it."""
    verdict = scale.verdict(value)
    return Check(name, round(scale.score(value), 3), verdict, reasons.of(verdict))
