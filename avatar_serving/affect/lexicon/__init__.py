"""Word lists of feelings, one file for each language."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from avatar_serving.affect.feeling import USER_EMOTIONS, UserEmotion

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sign:
    """What one word or phrase tells: an emotion, and how strong, 0..1."""

    emotion: UserEmotion
    strength: float


@cache
def signs(language: str) -> dict[str, tuple[Sign, ...]]:
    """Every entry of a language's list; an entry may stand for more than one emotion."""
    found: dict[str, tuple[Sign, ...]] = {}
    sign: Sign | None = None
    for line in (_HERE / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            sign = _sign(line.strip("[] "))
        elif line and not line.startswith("#"):
            assert sign is not None, "a list begins with its emotion"
            for entry in filter(None, (part.strip() for part in line.split(","))):
                found[entry] = (*found.get(entry, ()), sign)
    return found


def _sign(head: str) -> Sign:
    name, strength = head.split()
    assert name in USER_EMOTIONS
    return Sign(name, float(strength))
