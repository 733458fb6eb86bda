"""Whisper on CTranslate2: several clips of sound together, each in little more than its length.

Whisper pads every clip to thirty seconds, and most of its work is on the padding. Here the clips of
a batch are padded to little more than the longest of them; a result that looks wrong is tried again
in full.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from avatar_serving.errors import OutOfMemory, StageFailed
from avatar_serving.samples import Samples
from avatar_serving.stages.asr.doubt import Guess, credible, repetitive
from avatar_serving.stages.asr.sound import RATE
from avatar_serving.torch_device import Device

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper.tokenizer import Tokenizer

HeardLanguage = Literal["en", "zh"]
Numbers = Literal["int8", "int8_float32", "float32", "float16", "int8_float16"]

_PROMPTS = {"zh": "以下是普通话的句子。"}
"""Makes Mandarin come out in simplified characters, with punctuation."""
_ALIASES = {"yue": "zh"}
_SHORT_S = 1.5
_FAVOUR, _FAVOUR_SHORT = 2.0, 6.0
"""How many times likelier it is, before anything is heard, that a talk goes on in its language."""
_FRAMES_PER_S = 100
_ALL_FRAMES = 3000
"""The thirty seconds that the model was trained on."""
_MARGIN_FRAMES = 200
_FEWEST_FRAMES = 800
_TOKENS_PER_S = 12
_RETRY_LOG_PROBABILITY = -0.8


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    samples: Samples
    """16 kHz, at most 30 s."""
    language: HeardLanguage | None = None
    """Known language, or None to detect it."""
    expected: str | None = None
    """The language of the talk so far."""

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


@dataclass(frozen=True, slots=True)
class Heard:
    text: str
    """Empty where probably nobody spoke."""
    language: HeardLanguage


class Whisper:
    def __init__(
        self, model: Path, languages: tuple[HeardLanguage, ...], *,
        device: Device, numbers: Numbers, threads: int,
    ) -> None:  # fmt: skip
        """
        Raises:
            StageFailed: no GPU, or one that cannot compute with such *numbers*.
            OutOfMemory: the model does not fit on the GPU.
        """
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self._languages = languages
        with whisper_errors():
            self._whisper = WhisperModel(
                str(model), device=device, compute_type=numbers, cpu_threads=threads
            )
        self._tokenizers = {
            language: Tokenizer(
                self._whisper.hf_tokenizer, True, task="transcribe", language=language
            )
            for language in languages
        }

    def hear(self, clips: Sequence[Clip]) -> list[Heard]:
        """What was said in each, in one pass over all.

        Raises:
            OutOfMemory: not enough room on the GPU now.
        """
        with whisper_errors():
            frames = max(_frames(clip) for clip in clips)
            encoded = self._encode(clips, frames)
            languages = self._languages_of(clips, encoded)
            guesses = self._decode(clips, languages, encoded)
            if frames < _ALL_FRAMES:
                self._try_again(clips, languages, guesses)
        return [
            Heard(guess.text if credible(guess) else "", language)
            for guess, language in zip(guesses, languages, strict=True)
        ]

    def _try_again(
        self, clips: Sequence[Clip], languages: list[HeardLanguage], guesses: list[Guess]
    ) -> None:
        doubtful = [i for i, guess in enumerate(guesses) if _unsure(guess)]
        if not doubtful:
            return
        again = [clips[i] for i in doubtful]
        spoken: list[HeardLanguage] = [languages[i] for i in doubtful]
        better = self._decode(again, spoken, self._encode(again, _ALL_FRAMES))
        for i, guess in zip(doubtful, better, strict=True):
            guesses[i] = guess

    def _encode(self, clips: Sequence[Clip], frames: int) -> "StorageView":
        length = frames * RATE // _FRAMES_PER_S
        padded = (np.pad(clip.samples, (0, length - len(clip.samples))) for clip in clips)
        features = [self._whisper.feature_extractor(samples)[:, :frames] for samples in padded]
        return self._whisper.encode(np.stack(features))

    def _languages_of(self, clips: Sequence[Clip], encoded: "StorageView") -> list[HeardLanguage]:
        if all(clip.language for clip in clips):
            return [clip.language for clip in clips if clip.language]
        detected = self._whisper.model.detect_language(encoded)
        return [
            clip.language or self._likeliest(clip, dict(chances))
            for clip, chances in zip(clips, detected, strict=True)
        ]

    def _likeliest(self, clip: Clip, tokens: dict[str, float]) -> HeardLanguage:
        """Of our languages. The expected one is favoured, more so in a short clip: half a second of
        sound says little about its language."""
        chances = dict.fromkeys(self._languages, 0.0)
        for token, probability in tokens.items():
            heard = token.strip("<|>")
            for known in chances:
                if known == _ALIASES.get(heard, heard):
                    chances[known] += probability
        favour = _FAVOUR_SHORT if clip.seconds < _SHORT_S else _FAVOUR
        for known in chances:
            chances[known] *= favour if known == clip.expected else 1.0
        return max(chances, key=lambda known: chances[known])

    def _decode(
        self, clips: Sequence[Clip], languages: Sequence[HeardLanguage], encoded: "StorageView"
    ) -> list[Guess]:
        """One pass for each language: the prompts of a pass must be equally long."""
        guesses: dict[int, Guess] = {}
        for language in dict.fromkeys(languages):
            rows = [i for i, spoken in enumerate(languages) if spoken == language]
            part = encoded if len(rows) == len(clips) else _rows(encoded, rows)
            found = self._decode_in(language, [clips[i].seconds for i in rows], part)
            guesses |= dict(zip(rows, found, strict=True))
        return [guesses[i] for i in range(len(clips))]

    def _decode_in(
        self, language: HeardLanguage, seconds: list[float], encoded: "StorageView"
    ) -> list[Guess]:
        tokenizer = self._tokenizers[language]
        prompt = _prompt(tokenizer, language)
        results = self._whisper.model.generate(
            encoded,
            [prompt] * len(seconds),
            beam_size=1,
            max_length=len(prompt) + 16 + int(_TOKENS_PER_S * max(seconds)),
            return_scores=True,
            return_no_speech_prob=True,
        )
        guesses: list[Guess] = []
        for result, length_s in zip(results, seconds, strict=True):
            tokens = result.sequences_ids[0]
            text = tokenizer.decode(tokens).strip()
            mean = result.scores[0] * len(tokens) / (len(tokens) + 1)
            spoken = "" if text == _PROMPTS.get(language) else text
            guesses.append(Guess(spoken, mean, result.no_speech_prob, length_s))
        return guesses


def _frames(clip: Clip) -> int:
    own = len(clip.samples) * _FRAMES_PER_S // RATE + _MARGIN_FRAMES
    return min(_ALL_FRAMES, max(own, _FEWEST_FRAMES))


def _rows(encoded: "StorageView", rows: list[int]) -> "StorageView":
    import ctranslate2

    # numpy knows neither a GPU's memory nor 16-bit brain floats.
    near = encoded.to_device(ctranslate2.Device.cpu).to(ctranslate2.DataType.float32)
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(np.asarray(near)[rows]))


def _unsure(guess: Guess) -> bool:
    return (
        repetitive(guess.text)
        or guess.log_probability < _RETRY_LOG_PROBABILITY
        or not credible(guess)
    )


def _prompt(tokenizer: "Tokenizer", language: HeardLanguage) -> list[int]:
    before = _PROMPTS.get(language)
    context = [tokenizer.sot_prev, *tokenizer.encode(before)] if before else []
    return [*context, *tokenizer.sot_sequence, tokenizer.no_timestamps]


@contextmanager
def whisper_errors() -> Generator[None, None, None]:
    """CTranslate2 tells of a GPU's troubles by the words of its errors only."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        said = str(error).split("\n")[0]
        if "out of memory" in said:
            raise OutOfMemory("asr", said) from error
        raise StageFailed("asr", said) from error
