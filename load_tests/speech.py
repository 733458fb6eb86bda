"""What users say: sound whose last sample is its last sound, so that latency counts from there."""

import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatar_serving.client import Rest
from avatar_serving.errors import AvatarError
from avatar_serving.protocol.resample import Resampler

RATE = 24_000
SOURCES = ("service", "recordings", "noise")
_FRAME = RATE // 50
_QUIET = 0.04
"""Of the loudest frame: what is below it at the end is room, not speech."""
_NOISE_S = 1.2
_SAID = {
    "en": ("Hello, who are you?", "What is the capital of France?", "Tell me a joke.",
           "I had a long day at work, and I am really tired.", "Who painted the Mona Lisa?",
           "Which planet is the largest in our solar system?"),
    "zh": ("你好，你是谁？", "中国的首都是哪里？", "请给我讲一个笑话。",
           "今天我工作了很久，很累。"),
    "yue": ("你好，你係邊個？", "今日天氣點呀？", "講個笑話畀我聽。"),
}  # fmt: skip


class NoSpeech(AvatarError):
    """There is nothing to say in a language; says what to do."""

    code = "no_speech"


@dataclass(frozen=True, slots=True)
class Clip:
    text: str
    pcm: bytes
    """24 kHz mono, signed 16-bit; ends where the speech ends."""


Clips = Mapping[str, tuple[Clip, ...]]
"""By language."""


def clips(source: str, languages: Iterable[str], rest: Rest) -> Clips:
    """What is said in each of *languages*: spoken by the ``service`` itself, ``recordings`` of
    people, ``noise`` (for a service whose recognition is scripted), or a folder of WAV files with
    a folder for each language.

    Raises:
        NoSpeech: the source has nothing in one of the languages.
    """
    return {language: _clips(source, language, rest) for language in dict.fromkeys(languages)}


def _clips(source: str, language: str, rest: Rest) -> tuple[Clip, ...]:
    if source == "noise":
        return (noise(),)
    if source == "service":
        return _spoken(language, rest)
    if source == "recordings":
        return _recorded(language)
    return _files(Path(source) / language)


def _spoken(language: str, rest: Rest) -> tuple[Clip, ...]:
    voices = [v.id for v in rest.voices() if v.language.lower().split("-")[0] == language]
    if not voices or language not in _SAID:
        raise NoSpeech(f"the service has no voice that speaks {language!r}; give --speech a folder")
    said = _SAID[language]
    return tuple(
        Clip(text, trimmed(rest.speech(text, voices[i % min(4, len(voices))])))
        for i, text in enumerate(said)
    )


def _recorded(language: str) -> tuple[Clip, ...]:
    from bench.recordings import recordings

    if language != "en":
        raise NoSpeech("the recordings are in English; use --speech service, or a folder")
    return tuple(
        Clip(r.text, trimmed(Resampler(r.audio.sample_rate, RATE).push(r.audio.pcm)))
        for r in recordings()
    )


def _files(folder: Path) -> tuple[Clip, ...]:
    found = tuple(Clip(path.stem, trimmed(_wav(path))) for path in sorted(folder.glob("*.wav")))
    if not found:
        raise NoSpeech(f"no WAV files in {folder}")
    return found


def _wav(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        if (file.getnchannels(), file.getsampwidth()) != (1, 2):
            raise NoSpeech(f"{path}: must be mono, 16-bit")
        return Resampler(file.getframerate(), RATE).push(file.readframes(file.getnframes()))


def trimmed(pcm: bytes) -> bytes:
    """*pcm* up to the last 20 ms that are not quiet: latency is counted from the end of speech,
    and room noise after it would hide part of it.

    Raises:
        NoSpeech: it is silent.
    """
    samples = np.frombuffer(pcm, "<i2")
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME).astype(np.float64)
    loudness = np.sqrt((frames**2).mean(axis=1))
    loud = np.flatnonzero(loudness > _QUIET * loudness.max(initial=0.0))
    if not len(loud):
        raise NoSpeech("a clip of speech is silent")
    return samples[: (int(loud[-1]) + 1) * _FRAME].tobytes()


def noise() -> Clip:
    """What a detector of loudness takes for speech."""
    sound = np.random.default_rng(0).normal(0, 4000, round(_NOISE_S * RATE))
    return Clip("", np.clip(sound, -32768, 32767).astype("<i2").tobytes())
