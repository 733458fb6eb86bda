"""Recordings of people whose voices may be spoken with, each beside the person's recorded consent.

A voice is a folder: ``voice.json`` (a RecordedVoice) and ``recording.wav``. A folder without
consent is refused, and so is the engine that was told of it.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.safety.consent import Consent
from avatar_serving.samples import Samples, from_pcm, resampled
from avatar_serving.sound_files import RATE, read_sound
from avatar_serving.stages.tts.base import SAMPLE_RATE
from avatar_serving.stages.tts.voices import Gender, Voice

_ABOUT, _SOUND = "voice.json", "recording.wav"
_NAME = re.compile(r"[a-z0-9_]{1,40}")
_LONGEST_S = 30.0


class RecordedVoice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    """As shown to people."""
    language: str
    """What is spoken in the recording: en, zh."""
    gender: Gender
    transcript: str = Field(min_length=1, max_length=1000)
    """Word for word what is said in the recording."""
    consent: Consent
    """Of the person who speaks."""


@dataclass(frozen=True, slots=True)
class Cloned:
    voice: Voice
    transcript: str
    folder: Path

    def recording(self) -> Samples:
        """24 kHz. Raises InvalidRequest where there is no sound, or more than 30 s of it."""
        audio = read_sound((self.folder / _SOUND).read_bytes(), _LONGEST_S)
        return resampled(from_pcm(audio.pcm), RATE, SAMPLE_RATE)


def record_voice(
    home: Path, id_: str, recorded: RecordedVoice, sound: bytes, engine: str = "cosyvoice"
) -> Cloned:
    """Keep a voice under *home*. *sound* is a file of any format.

    Raises:
        InvalidRequest: no consent, a bad id, or no sound.
    """
    recorded.consent.check("a voice needs the consent of the person who speaks")
    if not _NAME.fullmatch(id_):
        raise InvalidRequest("an id is of small letters, digits and _", "id")
    read_sound(sound, _LONGEST_S)
    folder = home / id_
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _SOUND).write_bytes(sound)
    (folder / _ABOUT).write_text(recorded.model_dump_json(indent=1), "utf-8")
    return _read(folder, engine)


def cloned_voices(home: str, engine: str = "cosyvoice") -> tuple[Cloned, ...]:
    """All under *home*, for *engine* to speak with; none where that is empty.

    Raises:
        NotFound: no such folder.
        InvalidRequest: a voice without consent, or not described as it must be.
    """
    if not home:
        return ()
    if not Path(home).is_dir():
        raise NotFound("folder of voices", home)
    return tuple(_read(path.parent, engine) for path in sorted(Path(home).glob(f"*/{_ABOUT}")))


def _read(folder: Path, engine: str) -> Cloned:
    try:
        about = RecordedVoice.model_validate(json.loads((folder / _ABOUT).read_text("utf-8")))
    except (ValidationError, json.JSONDecodeError) as error:
        raise InvalidRequest(f"{folder.name}: {error}", _ABOUT) from error
    about.consent.check(f"the voice {folder.name} has no consent of the person who speaks")
    tags = ("cloned with consent",)
    voice = Voice(folder.name, about.name, about.language, about.gender, tags, engine)
    return Cloned(voice, about.transcript, folder)
