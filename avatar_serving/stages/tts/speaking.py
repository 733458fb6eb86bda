"""From words that have been read to timed speech, whatever model makes the sound."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from avatar_serving.media import Speech
from avatar_serving.samples import Samples
from avatar_serving.stages.tts.captions import as_written
from avatar_serving.stages.tts.reading import PAUSES, Reading, portions
from avatar_serving.stages.tts.timing import timed_speech


@dataclass(frozen=True, slots=True)
class Sound:
    samples: Samples
    """24 kHz."""
    lead_s: float
    """Where the first symbol begins."""
    seconds: list[float]
    """How long each symbol lasts."""


Say = Callable[[str], Sound]
"""Makes the sound of a row of symbols."""


def spoken(
    written: str, readings: list[Reading], longest: int, say: Say
) -> Generator[Speech, None, None]:
    """Speak *readings* in portions of at most *longest* symbols.

    Words are timed as they are in *written*; in several portions, as they are said.
    """
    parts = [part for part in portions(readings, longest) if _sounds(part)]
    for part in parts:
        sound = say("".join(reading.symbols for reading in part))
        speech = timed_speech(part, sound.seconds, sound.lead_s, sound.samples)
        yield as_written(written, speech) if len(parts) == 1 else speech


def _sounds(part: list[Reading]) -> bool:
    return any(symbol not in PAUSES for reading in part for symbol in reading.symbols)


def only_known(readings: list[Reading], known: dict[str, int]) -> list[Reading]:
    """Readings without the symbols that a model does not have."""
    return [Reading(r.text, "".join(s for s in r.symbols if s in known)) for r in readings]
