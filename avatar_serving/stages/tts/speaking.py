"""From words that have been read to timed speech, whatever model makes the sound."""

from collections.abc import Generator

from avatar_serving.media import Speech, SpeechRequest
from avatar_serving.stages.tts.captions import as_written
from avatar_serving.stages.tts.pitch import Say, pitched
from avatar_serving.stages.tts.reading import PAUSES, Reading, portions
from avatar_serving.stages.tts.timing import timed_speech
from avatar_serving.stages.tts.voices import Voice


def spoken(
    request: SpeechRequest, voice: Voice, readings: list[Reading], longest: int, say: Say
) -> Generator[Speech, None, None]:
    """Speak *readings* in portions of at most *longest* symbols, at the request's speed and pitch.

    Words are timed as they are written in the request; in several portions, as they are said.
    """
    say = pitched(say, voice.pitch + request.pitch)
    parts = [part for part in portions(readings, longest) if _sounds(part)]
    for part in parts:
        sound = say("".join(reading.symbols for reading in part), request.speed)
        speech = timed_speech(part, sound.seconds, sound.lead_s, sound.samples)
        yield as_written(request.text, speech) if len(parts) == 1 else speech


def _sounds(part: list[Reading]) -> bool:
    return any(symbol not in PAUSES for reading in part for symbol in reading.symbols)


def only_known(readings: list[Reading], known: dict[str, int]) -> list[Reading]:
    """Readings without the symbols that a model does not have."""
    return [Reading(r.text, "".join(s for s in r.symbols if s in known)) for r in readings]
