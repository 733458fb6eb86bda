"""What the mouth does for each speech sound.

A sound is described by a few articulators, not by 52 blendshapes: where each should go (0..1 of the
ARKit shape it moves) and how strongly the sound insists on it. A sound that does not care, such as
the lips of a 'k', takes on what its neighbours want: that is co-articulation.
"""

from dataclasses import astuple, dataclass
from typing import Literal

Contact = Literal["none", "lips", "lip_teeth"]
"""A closure that must be reached whatever the neighbours want."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the articulators go, 0..1."""

    jaw: float = 0.0
    funnel: float = 0.0
    pucker: float = 0.0
    stretch: float = 0.0
    smile: float = 0.0
    lower: float = 0.0
    upper: float = 0.0
    tongue: float = 0.0


@dataclass(frozen=True, slots=True)
class Grip:
    """How strongly a sound insists, against 1 for a full vowel."""

    jaw: float = 1.3
    round: float = 0.6
    spread: float = 0.6
    lips: float = 1.0
    tongue: float = 1.0

    def per_articulator(self) -> tuple[float, ...]:
        """One number for each field of Place."""
        jaw, around, spread, lips, tongue = astuple(self)
        return (jaw, around, around, spread, spread, lips, lips, tongue)


@dataclass(frozen=True, slots=True)
class Viseme:
    place: Place
    grip: Grip = Grip()
    contact: Contact = "none"
    vowel: bool = False


REST = Viseme(Place(), Grip(round=1.0, spread=1.0))
"""Lips together, relaxed."""

_UNSURE = Viseme(Place(jaw=0.16, lower=0.10), Grip(0.3, 0.1, 0.1, 0.3, 0.5))
_FREE = Grip(jaw=0.45, round=0.08, spread=0.08, lips=0.3)
_WEAK = Grip(jaw=0.4, round=0.2, spread=0.2, lips=0.5)
_ROUND = Grip(round=1.6, spread=0.4)
_TEETH = Grip(jaw=2.2, round=0.35, spread=0.5, lips=1.0)
_TEETH_ROUND = Grip(jaw=2.2, round=1.2, spread=0.3, lips=1.0)
_CLOSED = Grip(jaw=0.9, round=0.12, spread=0.15, lips=1.5)
_TONGUE = Grip(jaw=1.2, round=0.3, spread=0.3, lips=1.0, tongue=2.0)


def _vowel(place: Place, grip: Grip = Grip()) -> Viseme:  # noqa: B008
    return Viseme(place, grip, vowel=True)


_VOWELS = {
    "ɑ": _vowel(Place(0.62, lower=0.22, upper=0.10)),
    "a": _vowel(Place(0.60, stretch=0.08, lower=0.25, upper=0.12)),
    "æ": _vowel(Place(0.56, stretch=0.18, smile=0.10, lower=0.30, upper=0.15)),
    "ʌ": _vowel(Place(0.39, lower=0.20, upper=0.08)),
    "ə": _vowel(Place(0.23, lower=0.14, upper=0.05), _WEAK),
    "ɛ": _vowel(Place(0.36, stretch=0.18, smile=0.06, lower=0.20, upper=0.09)),
    "e": _vowel(Place(0.30, stretch=0.22, smile=0.12, lower=0.24, upper=0.10)),
    "ɪ": _vowel(Place(0.23, stretch=0.18, smile=0.10, lower=0.20, upper=0.08)),
    "i": _vowel(Place(0.16, stretch=0.28, smile=0.22, lower=0.24, upper=0.12), Grip(spread=1.2)),
    "ɨ": _vowel(Place(0.10, stretch=0.16, lower=0.20, upper=0.10)),
    "ɔ": _vowel(Place(0.36, funnel=0.38, pucker=0.18, lower=0.10), _ROUND),
    "ɒ": _vowel(Place(0.48, funnel=0.22, lower=0.12)),
    "o": _vowel(Place(0.32, funnel=0.42, pucker=0.38), _ROUND),
    "ʊ": _vowel(Place(0.23, funnel=0.36, pucker=0.38), _ROUND),
    "u": _vowel(Place(0.16, funnel=0.28, pucker=0.66), _ROUND),
    "y": _vowel(Place(0.14, funnel=0.26, pucker=0.66), _ROUND),
    "ø": _vowel(Place(0.32, funnel=0.38, pucker=0.32), _ROUND),
    "ɜ": _vowel(Place(0.28, funnel=0.24, pucker=0.14, lower=0.12)),
    "ɤ": _vowel(Place(0.32, stretch=0.06, lower=0.18, upper=0.05)),
    "ɯ": _vowel(Place(0.18, stretch=0.12, lower=0.16)),
}

_CONSONANTS = {
    "p": Viseme(Place(0.06), _CLOSED, "lips"),
    "f": Viseme(Place(0.08, upper=0.12), _CLOSED, "lip_teeth"),
    "w": Viseme(Place(0.10, funnel=0.30, pucker=0.74), Grip(round=2.0)),
    "j": Viseme(Place(0.13, stretch=0.22, smile=0.14, lower=0.18, upper=0.08), _WEAK),
    "ɹ": Viseme(Place(0.16, funnel=0.34, pucker=0.22, lower=0.08), Grip(0.8, 0.9, 0.3, 0.7)),
    "l": Viseme(Place(0.20, lower=0.18, upper=0.05), _WEAK),
    "t": Viseme(Place(0.12, lower=0.16, upper=0.05), Grip(0.7, 0.1, 0.1, 0.5)),
    "θ": Viseme(Place(0.16, lower=0.20, upper=0.12, tongue=0.40), _TONGUE),
    "s": Viseme(Place(0.04, stretch=0.16, smile=0.05, lower=0.24, upper=0.12), _TEETH),
    "ʃ": Viseme(Place(0.04, funnel=0.46, pucker=0.26, lower=0.16, upper=0.12), _TEETH_ROUND),
    "ɕ": Viseme(Place(0.04, stretch=0.16, smile=0.08, lower=0.20, upper=0.10), _TEETH),
    "k": Viseme(Place(0.20, lower=0.12), _FREE),
    "h": Viseme(Place(0.22, lower=0.12), Grip(0.12, 0.03, 0.03, 0.12)),
}

_ALIKE = {
    "ɐ": "ʌ", "ᵊ": "ə", "ᵻ": "ɪ", "œ": "ø", "ɚ": "ɜ",
    "b": "p", "m": "p", "β": "p", "ɸ": "f", "v": "f", "ʋ": "f", "ᵝ": "w",
    "ɥ": "y", "ʎ": "j", "ʝ": "j", "ç": "j", "ɲ": "j", "r": "ɹ", "ɻ": "ɹ", "ɽ": "ɹ",
    "d": "t", "n": "t", "T": "t", "ɾ": "t", "ɖ": "t", "ʈ": "t", "ɳ": "t", "c": "t", "ɟ": "t",
    "ð": "θ", "z": "s", "ʦ": "s", "ʣ": "s", "ʒ": "ʃ", "ʧ": "ʃ", "ʤ": "ʃ", "ʂ": "ʃ", "ʐ": "ʃ",
    "ꭧ": "ʃ", "ʨ": "ɕ", "ʥ": "ɕ", "ɡ": "k", "g": "k", "ŋ": "k", "x": "k", "ɣ": "k", "q": "k",
    "χ": "k", "ʁ": "k", "ʀ": "k", "ɰ": "k", "ɴ": "k", "ʔ": "h", "ɦ": "h", "ħ": "h",
    "ɓ": "p", "ʙ": "p", "ɱ": "f", "ɗ": "t", "ɫ": "l", "ɮ": "l", "ʑ": "ɕ",
    "ɝ": "ɜ", "ɘ": "ɤ", "ɵ": "ø", "ʉ": "u", "ʏ": "y",
}  # fmt: skip

DIPHTHONGS = {
    "A": ("e", "ɪ"),
    "I": ("a", "ɪ"),
    "O": ("o", "ʊ"),
    "W": ("a", "ʊ"),
    "Y": ("ɔ", "ɪ"),
    "Q": ("ə", "ʊ"),
}
"""Letters with which misaki writes two vowels that glide."""

_BASIC = _VOWELS | _CONSONANTS
_VISEMES = _BASIC | {symbol: _BASIC[like] for symbol, like in _ALIKE.items()}


def viseme(symbol: str) -> Viseme:
    """What the mouth does for one IPA letter. An unknown letter moves it a little."""
    return _VISEMES.get(symbol, _UNSURE)


def known(symbol: str) -> bool:
    return symbol in _VISEMES or symbol in DIPHTHONGS
