"""Whisper on CTranslate2: English and Mandarin on the CPU."""

from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import in_thread
from avatar_serving.media import Transcript, Utterance
from avatar_serving.samples import Samples
from avatar_serving.stages.asr.doubt import Guess, credible, repetitive
from avatar_serving.stages.asr.sound import RATE, utterance_samples, windows
from avatar_serving.stages.base import StageConfig
from avatar_serving.text.languages import language_of

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper.tokenizer import Tokenizer

HeardLanguage = Literal["en", "zh"]

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
_SILENCE_PEAK = 0.004
"""About -48 dB under full scale."""
_TOKENS_PER_S = 12
_RETRY_LOG_PROBABILITY = -0.8


class FasterWhisperConfig(StageConfig):
    engine: Literal["faster_whisper"] = "faster_whisper"
    model: str = "whisper-base"
    """Name of a CTranslate2 Whisper folder in the weights lock."""
    languages: tuple[HeardLanguage, ...] = Field(default=("en", "zh"), min_length=1)
    """What users may speak; detection chooses among these."""
    cpu_threads: int = Field(default=2, ge=1)
    """Threads that recognise one utterance."""
    compute_type: Literal["int8", "int8_float32", "float32"] = "int8"
    """Numbers that the model is computed in: int8 is the fastest."""

    def required_weights(self) -> tuple[str, ...]:
        return (self.model,)

    def build(self) -> "FasterWhisperAsr":
        return FasterWhisperAsr(self)


class FasterWhisperAsr:
    """Whisper pads every clip to thirty seconds, and most of its work is on the padding.

    Here a clip is padded to little more than its own length; a result that looks wrong is tried
    again in full.
    """

    def __init__(self, config: FasterWhisperConfig) -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self._config = config
        self._whisper = WhisperModel(
            str(weights.path(config.model)),
            device="cpu",
            compute_type=config.compute_type,
            cpu_threads=config.cpu_threads,
        )
        self._tokenizers = {
            language: Tokenizer(
                self._whisper.hf_tokenizer, True, task="transcribe", language=language
            )
            for language in config.languages
        }

    async def run(self, request: Utterance, /) -> AsyncGenerator[Transcript, None]:
        samples = utterance_samples(request)
        language = self._known(request.language)
        async with aclosing(
            in_thread(self._recognise(samples, language, request.expected))
        ) as transcripts:
            async for transcript in transcripts:
                yield transcript

    def _known(self, language: str | None) -> HeardLanguage | None:
        if language is None:
            return None
        for known in self._config.languages:
            if known == language.split("-")[0].lower():
                return known
        raise InvalidRequest(f"cannot recognise {language!r}", "language")

    def _recognise(
        self, samples: Samples, known: HeardLanguage | None, expected: str | None
    ) -> Generator[Transcript, None, None]:
        texts: list[str] = []
        language = known
        for window in windows(samples):
            if not len(window) or np.abs(window).max() < _SILENCE_PEAK:
                continue
            text, language = self._window(window, language, expected)
            texts.append(text)
        joint = "" if language == "zh" else " "
        text = joint.join(t for t in texts if t)
        # The words say more surely than the detector which language a short clip was in.
        yield Transcript(text, known or (language_of(text) if text else self._config.languages[0]))

    def _window(
        self, samples: Samples, language: HeardLanguage | None, expected: str | None
    ) -> tuple[str, HeardLanguage]:
        own = len(samples) * _FRAMES_PER_S // RATE + _MARGIN_FRAMES
        frames = min(_ALL_FRAMES, max(own, _FEWEST_FRAMES))
        encoded = self._encode(samples, frames)
        language = language or self._detect(encoded, expected, len(samples) / RATE)
        guess = self._decode(encoded, len(samples) / RATE, language)
        if frames < _ALL_FRAMES and _unsure(guess):
            guess = self._decode(self._encode(samples, _ALL_FRAMES), guess.seconds, language)
        return (guess.text if credible(guess) else ""), language

    def _encode(self, samples: Samples, frames: int) -> "StorageView":
        silence = np.zeros(frames * RATE // _FRAMES_PER_S - len(samples), np.float32)
        features = self._whisper.feature_extractor(np.concatenate([samples, silence]))
        return self._whisper.encode(features[:, :frames])

    def _detect(
        self, encoded: "StorageView", expected: str | None, seconds: float
    ) -> HeardLanguage:
        """The likeliest of our languages. The *expected* one is favoured, more so in a short clip:
        half a second of sound says little about its language."""
        chances = dict.fromkeys(self._config.languages, 0.0)
        for token, probability in self._whisper.model.detect_language(encoded)[0]:
            heard = token.strip("<|>")
            for known in chances:
                if known == _ALIASES.get(heard, heard):
                    chances[known] += probability
        favour = _FAVOUR_SHORT if seconds < _SHORT_S else _FAVOUR
        for known in chances:
            chances[known] *= favour if known == expected else 1.0
        return max(chances, key=lambda known: chances[known])

    def _decode(self, encoded: "StorageView", seconds: float, language: HeardLanguage) -> Guess:
        tokenizer = self._tokenizers[language]
        prompt = _prompt(tokenizer, language)
        result = self._whisper.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=len(prompt) + 16 + int(_TOKENS_PER_S * seconds),
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = result.sequences_ids[0]
        text = tokenizer.decode(tokens).strip()
        mean = result.scores[0] * len(tokens) / (len(tokens) + 1)
        spoken = "" if text == _PROMPTS.get(language) else text
        return Guess(spoken, mean, result.no_speech_prob, seconds)


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
