import asyncio
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import pytest
from pydantic import TypeAdapter

from avatar_serving.errors import InvalidRequest, OutOfMemory, StageFailed, WeightMissing
from avatar_serving.flow import collect, last
from avatar_serving.media import AudioChunk, SpeechRequest, Transcript, Utterance
from avatar_serving.samples import to_pcm
from avatar_serving.stages.asr import AsrConfig, FasterWhisperConfig, ScriptedConfig
from avatar_serving.stages.asr.doubt import Guess, credible, repetitive
from avatar_serving.stages.asr.sound import RATE, windows
from avatar_serving.stages.asr.whisper import Clip, Heard, Whisper, whisper_errors
from avatar_serving.stages.base import Asr
from avatar_serving.stages.tts.hibari import HibariConfig
from avatar_serving.stages.tts.kokoro import KokoroConfig
from tests.speech import heard

LONG = (
    "My name is Daniel and I live in a small town near the coast, where it is mostly windy. "
    "Every morning I walk my dog along the beach before I go to work at the old library. "
    "Yesterday I went to the market and bought three apples, two melons and some bread. "
    "Then it started to rain, so I waited under a tree until the sun came out again. "
    "My sister called to ask whether I would come to dinner, and I said that I would love to. "
    "We ate soup, talked about our parents, and watched a film about a lighthouse. "
    "I hope that tomorrow will be just as quiet, because I have a long book to finish."
)


def utterance(pcm: bytes, language: str | None = None) -> Utterance:
    return Utterance(AudioChunk(pcm, RATE), language)


async def speech(text: str) -> bytes:
    spoken = await collect(HibariConfig().build().run(SpeechRequest(text, "hibari")))
    return heard(*spoken, before_s=0.3, after_s=0.2)


def noise(seconds: float, level: float) -> bytes:
    rng = np.random.default_rng(1)
    return to_pcm(rng.normal(0, level, round(seconds * RATE)).astype(np.float32))


@pytest.fixture(
    scope="module",
    params=["scripted", pytest.param("faster_whisper", marks=pytest.mark.weights)],
)
def asr(request: pytest.FixtureRequest) -> Asr:
    config = TypeAdapter[ScriptedConfig](AsrConfig).validate_python({"engine": request.param})
    return config.build()


class TestEveryEngine:
    async def test_silence_is_an_empty_transcript(self, asr: Asr) -> None:
        for samples in (0, 100, 5 * RATE):
            assert (await last(asr.run(utterance(bytes(2 * samples))))).text == ""

    async def test_speech_is_text_and_equal_under_repeat(self, asr: Asr) -> None:
        sound = utterance(await speech("Hello, how are you?"))
        first = await collect(asr.run(sound))
        assert first[-1] == Transcript("Hello, how are you?", "en", final=True)
        assert await collect(asr.run(sound)) == first

    async def test_other_sound_is_refused(self, asr: Asr) -> None:
        with pytest.raises(InvalidRequest, match="16 kHz"):
            await last(asr.run(Utterance(AudioChunk(b"\0\0", 24_000))))
        with pytest.raises(InvalidRequest, match="half a sample"):
            await last(asr.run(utterance(b"\0\0\0")))


@pytest.mark.weights
class TestFasterWhisper:
    @pytest.fixture(scope="class")
    def model(self) -> Asr:
        return FasterWhisperConfig().build()

    @pytest.mark.parametrize(
        "text",
        [
            "No.",
            "Thank you.",
            "Yes, please do that.",
            "What is the capital of France?",
            "Can you tell me a short story about a dragon who is afraid of fire?",
        ],
    )
    async def test_hears_every_word(self, model: Asr, text: str) -> None:
        found = await last(model.run(utterance(await speech(text))))
        assert _words(found.text) == _words(text)

    @pytest.mark.parametrize("level", [0.003, 0.02, 0.1])
    @pytest.mark.parametrize("language", [None, "en", "zh"])
    async def test_noise_is_not_speech(
        self, model: Asr, level: float, language: str | None
    ) -> None:
        assert (await last(model.run(utterance(noise(2, level), language)))).text == ""

    async def test_longer_than_the_window(self, model: Asr) -> None:
        sound = await speech(LONG)
        assert len(sound) / 2 / RATE > 32
        found = (await last(model.run(utterance(sound)))).text
        assert SequenceMatcher(None, _words(found), _words(LONG)).ratio() > 0.9

    async def test_a_language_it_does_not_know_is_refused(self, model: Asr) -> None:
        with pytest.raises(InvalidRequest, match="'fr'"):
            await last(model.run(utterance(bytes(2 * RATE), "fr")))

    async def test_regions_of_a_language_are_taken(self, model: Asr) -> None:
        sound = await speech("What is the capital of France?")
        assert (await last(model.run(utterance(sound, "en-US")))).language == "en"


def _words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").split()


def test_an_absent_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("AVATAR_CACHE", str(tmp_path))
    with pytest.raises(WeightMissing, match="whisper-base"):
        FasterWhisperConfig().build()


@pytest.mark.parametrize(
    ("text", "log_probability", "no_speech", "believed"),
    [
        ("What is the capital of France?", -0.2, 0.3, True),
        ("What is the capital of France?", -1.2, 0.3, True),
        ("What is the capital of France?", -1.2, 0.9, False),
        ("Thank you.", -0.3, 0.1, True),
        ("Thank you.", -0.3, 0.8, False),
        ("Thank you.", -0.9, 0.1, False),
        ("谢谢观看！", -0.9, 0.1, False),
        ("...", -0.1, 0.0, False),
        ("", -0.1, 0.0, False),
        ("yes " * 40, -0.1, 0.0, False),
        ("far too many words for such a short sound, nobody is that quick", -0.1, 0.0, False),
    ],
)
def test_what_is_believed(
    text: str, log_probability: float, no_speech: float, believed: bool
) -> None:
    assert credible(Guess(text, log_probability, no_speech, seconds=1.2)) is believed


def test_circles_are_noticed() -> None:
    assert repetitive("Yes, please do that. " * 8)
    assert not repetitive("I went to the market yesterday and bought three apples and two pears.")


def test_windows_are_cut_where_it_is_quiet() -> None:
    samples = np.full(40 * RATE, 0.1, np.float32)
    samples[24 * RATE : 25 * RATE] = 0
    first, second = windows(samples)
    assert 24 <= len(first) / RATE <= 25
    assert np.array_equal(np.concatenate([first, second]), samples)


@pytest.mark.weights
async def test_sessions_heard_together_are_heard_as_if_alone(
    asr_alone: Asr, monkeypatch: pytest.MonkeyPatch
) -> None:
    mandarin = await collect(
        KokoroConfig().build().run(SpeechRequest("今天天气很好。", "zf_xiaoxiao", "zh"))
    )
    said = [
        utterance(await speech("Hello, how are you?")),
        utterance(heard(*mandarin, before_s=0.2, after_s=0.2)),
        utterance(await speech("My sister called to ask whether I would come to dinner.")),
        utterance(noise(1.0, 0.01)),
    ]
    together = FasterWhisperConfig(batch=4, batch_wait_ms=50).build()
    sizes: list[int] = []
    hear = Whisper.hear

    def counted(whisper: Whisper, clips: Sequence[Clip]) -> list[Heard]:
        sizes.append(len(clips))
        return hear(whisper, clips)

    monkeypatch.setattr(Whisper, "hear", counted)
    transcripts = await asyncio.gather(*(last(together.run(each)) for each in said))
    assert sizes == [4]
    assert transcripts == [await last(asr_alone.run(each)) for each in said]
    assert [transcript.language for transcript in transcripts] == ["en", "zh", "en", "en"]


@pytest.fixture(scope="module")
def asr_alone() -> Asr:
    return FasterWhisperConfig().build()


@pytest.mark.weights
async def test_after_a_lack_of_memory_the_engine_goes_on(
    asr_alone: Asr, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("CUDA failed with error out of memory")

    sound = utterance(await speech("Hello, how are you?"))
    with monkeypatch.context() as patched:
        patched.setattr(Whisper, "_encode", full)
        with pytest.raises(OutOfMemory) as caught:
            await last(asr_alone.run(sound))
    assert caught.value.retryable
    assert (await last(asr_alone.run(sound))).text == "Hello, how are you?"


def test_a_lack_of_gpu_memory_is_typed() -> None:
    with pytest.raises(OutOfMemory, match="asr has no memory"):
        with whisper_errors():
            raise RuntimeError("CUDA failed with error out of memory")
    with pytest.raises(StageFailed, match="cublas"):
        with whisper_errors():
            raise RuntimeError("Library libcublas.so.12 is not found or cannot be loaded")


@pytest.mark.weights
def test_a_gpu_is_never_replaced_by_the_cpu() -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU")
    with pytest.raises(StageFailed, match="asr: "):
        FasterWhisperConfig(device="cuda", compute_type="float16").build()
