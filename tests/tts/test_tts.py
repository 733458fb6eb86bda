import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from avatar_serving.errors import InvalidRequest, LanguageUnavailable, NotFound, WeightMissing
from avatar_serving.flow import collect, last
from avatar_serving.media import AudioChunk, Speech, SpeechRequest, Utterance
from avatar_serving.samples import from_pcm
from avatar_serving.stages.asr import FasterWhisperConfig
from avatar_serving.stages.base import Asr, Tts
from avatar_serving.stages.tts import (
    ByVoiceConfig,
    HibariConfig,
    KokoroConfig,
    ToneConfig,
    TtsConfig,
    TtsEngineConfig,
    find_voice,
)
from avatar_serving.stages.tts.by_voice import ByVoiceTts
from scripts.voices import measured
from tests.speech import heard

weighty = pytest.mark.weights
BOTH = {"engine": "by_voice", "engines": [{"engine": "hibari"}, {"engine": "kokoro"}]}
TEXT = "Hello there, this costs $25 today."


def config_of(options: object) -> TtsEngineConfig:
    return TypeAdapter[TtsEngineConfig](TtsConfig).validate_python(options)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param({"engine": "tone"}, id="tone"),
        pytest.param({"engine": "by_voice", "engines": [{"engine": "tone"}]}, id="by_voice-tone"),
        pytest.param({"engine": "hibari"}, id="hibari"),
        pytest.param({"engine": "kokoro"}, id="kokoro", marks=weighty),
        pytest.param(BOTH, id="by_voice", marks=weighty),
    ],
)
def config(request: pytest.FixtureRequest) -> TtsEngineConfig:
    return config_of(request.param)


@pytest.fixture(scope="module")
def tts(config: TtsEngineConfig) -> Tts:
    return config.build()


@pytest.fixture(scope="module")
def voice(config: TtsEngineConfig) -> str:
    return config.voices()[0].id


class TestEveryEngine:
    async def test_speaks_at_24_khz(self, tts: Tts, voice: str) -> None:
        (speech,) = await collect(tts.run(SpeechRequest(TEXT, voice)))
        assert speech.audio.sample_rate == 24_000
        assert 1 < speech.audio.seconds < 6
        assert np.abs(from_pcm(speech.audio.pcm)).max() > 0.05

    async def test_times_fit_the_sound(self, tts: Tts, voice: str) -> None:
        speech = await last(tts.run(SpeechRequest(TEXT, voice)))
        check_times(speech)

    async def test_words_are_those_written(self, tts: Tts, voice: str) -> None:
        speech = await last(tts.run(SpeechRequest(TEXT, voice)))
        assert " ".join(word.text for word in speech.words) == TEXT

    async def test_equal_under_repeat(self, tts: Tts, voice: str) -> None:
        request = SpeechRequest("Good morning.", voice)
        assert await collect(tts.run(request)) == await collect(tts.run(request))

    async def test_no_silence_around_it(self, tts: Tts, voice: str) -> None:
        speech = await last(tts.run(SpeechRequest("Good morning.", voice)))
        samples = np.abs(from_pcm(speech.audio.pcm))
        loud = np.flatnonzero(samples > 0.01 * samples.max())
        assert loud[0] < 0.05 * 24_000
        assert len(samples) - loud[-1] < 0.06 * 24_000

    async def test_speed(self, tts: Tts, voice: str) -> None:
        slow, fast = [
            (await last(tts.run(SpeechRequest(TEXT, voice, speed=speed)))).audio.seconds
            for speed in (0.7, 1.5)
        ]
        assert slow > 1.5 * fast

    async def test_pitch(self, tts: Tts, voice: str) -> None:
        low, high = [
            await last(tts.run(SpeechRequest(TEXT, voice, pitch=pitch))) for pitch in (-5, 5)
        ]
        check_times(low)
        check_times(high)
        rise = measured("", [high]).pitch_st - measured("", [low]).pitch_st
        assert 7.5 < rise < 12.5  # the melody of a slower sentence differs a little
        assert 0.75 < high.audio.seconds / low.audio.seconds < 1.35

    async def test_nothing_to_say(self, tts: Tts, voice: str) -> None:
        for text in ("", " ", "...", "😀"):
            assert await collect(tts.run(SpeechRequest(text, voice))) == []

    async def test_long_texts_come_in_parts(self, tts: Tts, voice: str) -> None:
        text = "We went on, and on, over the hills and through the woods. " * 8
        speeches = await collect(tts.run(SpeechRequest(text, voice, speed=2.0)))
        assert sum(len(s.words) for s in speeches) == len(text.split())
        for speech in speeches:
            check_times(speech)

    async def test_several_at_once(self, tts: Tts, voice: str) -> None:
        request = SpeechRequest("Good morning.", voice)
        expected = await collect(tts.run(request))
        found = await asyncio.gather(*(collect(tts.run(request)) for _ in range(3)))
        assert found == [expected] * 3

    async def test_closing_stops_it(self, tts: Tts, voice: str) -> None:
        text = "We went on, and on, over the hills and through the woods. " * 10
        async with aclosing(tts.run(SpeechRequest(text, voice, speed=2.0))) as speeches:
            await anext(speeches)
        async with asyncio.timeout(60):
            assert await collect(tts.run(SpeechRequest("Yes.", voice)))

    async def test_unknown_voices_are_not_found(self, tts: Tts) -> None:
        with pytest.raises(NotFound) as caught:
            await collect(tts.run(SpeechRequest("Hello.", "nobody")))
        assert (caught.value.kind, caught.value.name) == ("voice", "nobody")

    @pytest.mark.parametrize("pitch", [-6.5, 12.0, float("nan")])
    async def test_senseless_pitches_are_refused(self, tts: Tts, voice: str, pitch: float) -> None:
        with pytest.raises(InvalidRequest, match="pitch"):
            await collect(tts.run(SpeechRequest("Hello.", voice, pitch=pitch)))

    @pytest.mark.parametrize("speed", [0.0, 0.4, 2.1, -1.0, float("nan")])
    async def test_senseless_speeds_are_refused(self, tts: Tts, voice: str, speed: float) -> None:
        with pytest.raises(InvalidRequest):
            await collect(tts.run(SpeechRequest("Hello.", voice, speed=speed)))


def check_times(speech: Speech) -> None:
    """Phones and words are in order, inside the sound, and where it is loud."""
    end = speech.audio.seconds + 1e-6
    for timed in (speech.phones, speech.words):
        assert timed
        assert all(0 <= item.start_s <= item.end_s <= end for item in timed)
        pairs = zip(timed, timed[1:], strict=False)
        assert all(one.end_s <= two.start_s + 1e-6 for one, two in pairs)
    assert all(phone.symbol.strip() for phone in speech.phones)
    covered = np.zeros(round(end * 1000) + 1, bool)
    for phone in speech.phones:
        covered[round(phone.start_s * 1000) : round(phone.end_s * 1000) + 1] = True
    samples = np.abs(from_pcm(speech.audio.pcm))
    hops = samples[: len(samples) // 240 * 240].reshape(-1, 240).max(axis=1)
    loud = hops > 0.3 * hops.max()
    assert covered[: len(loud) * 10].reshape(-1, 10).any(axis=1)[loud].mean() > 0.9


def test_voices_are_known_by_id() -> None:
    config = config_of(BOTH)
    assert find_voice(config, "hibari").engine == "hibari"
    assert find_voice(config, "zf_xiaobei").language == "zh"
    assert find_voice(config, "bf_emma").tags[:2] == ("british", "adult")
    child = find_voice(config, "af_jessica_child")
    assert {"child", "made by pitch"} <= {*child.tags}
    assert (child.base, child.pitch) == ("af_jessica", 5.0)
    with pytest.raises(NotFound):
        find_voice(config, "nobody")
    ids = [voice.id for voice in config.voices()]
    assert len(ids) == len(set(ids)) == 41
    assert config.required_weights() == ("kokoro", "kokoro-vocab", "kokoro-voices")


def test_by_voice_needs_an_engine() -> None:
    with pytest.raises(ValidationError):
        ByVoiceConfig(engines=())


async def test_by_voice_warms_its_engines() -> None:
    class Warm:
        warmed = 0

        async def warm(self) -> None:
            self.warmed += 1

        async def run(self, _: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
            yield Speech(AudioChunk(b"", 24_000))

    engine = Warm()
    await ByVoiceTts({"warm": engine, "tone": ToneConfig().build()}, ()).warm()
    assert engine.warmed == 1


async def test_hibari_refuses_mandarin() -> None:
    with pytest.raises(LanguageUnavailable, match="zh"):
        await collect(HibariConfig().build().run(SpeechRequest("你好。", "hibari")))


def test_an_absent_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setenv("AVATAR_CACHE", str(tmp_path))
    with pytest.raises(WeightMissing, match="kokoro"):
        KokoroConfig().build()


@weighty
class TestHeardBack:
    """What is spoken is recognised again."""

    @pytest.fixture(scope="class")
    def both(self) -> Tts:
        return config_of(BOTH).build()

    @pytest.fixture(scope="class")
    def asr(self) -> Asr:
        return FasterWhisperConfig().build()

    async def hear(self, both: Tts, asr: Asr, text: str, voice: str) -> str:
        speeches = await collect(both.run(SpeechRequest(text, voice)))
        sound = AudioChunk(heard(*speeches, before_s=0.3, after_s=0.3), 16_000)
        return (await last(asr.run(Utterance(sound)))).text

    @pytest.mark.parametrize("voice", ["hibari", "am_michael", "bf_emma"])
    async def test_english(self, both: Tts, asr: Asr, voice: str) -> None:
        text = (
            "The weather was lovely yesterday, so we walked along the river and talked about music."
        )
        assert error_rate(words(await self.hear(both, asr, text, voice)), words(text)) <= 0.07

    @pytest.mark.parametrize("voice", ["zf_xiaobei", "zm_yunxi", "hibari", "am_michael"])
    async def test_mandarin(self, both: Tts, asr: Asr, voice: str) -> None:
        text = "你好，我是米拉。今天天气很好，我们一起去公园散步吧。"
        found = [c for c in await self.hear(both, asr, text, voice) if c.isalnum()]
        assert error_rate(found, [c for c in text if c.isalnum()]) <= 0.15

    async def test_english_by_a_mandarin_voice(self, both: Tts, asr: Asr) -> None:
        text = "What is the capital of France, and who are you?"
        assert error_rate(words(await self.hear(both, asr, text, "zf_xiaobei")), words(text)) <= 0.2

    async def test_chinese_words_in_english_are_another_voices(self, both: Tts) -> None:
        speeches = await collect(both.run(SpeechRequest("The word 你好 means hello.", "hibari")))
        texts = [" ".join(word.text for word in speech.words) for speech in speeches]
        assert texts == ["The word", "你 好", "means hello."]

    async def test_mandarin_goes_to_a_voice_of_the_same_gender(self, both: Tts) -> None:
        for asked, used in (("hibari", "zf_xiaoxiao"), ("am_adam", "zm_yunxi")):
            substitute, proper = [
                await collect(both.run(SpeechRequest("你好。", voice))) for voice in (asked, used)
            ]
            assert substitute == proper

    async def test_written_numbers_keep_their_look(self, both: Tts) -> None:
        speech = await last(both.run(SpeechRequest("今天25°C，2个人。", "zf_xiaobei")))
        assert "".join(word.text for word in speech.words) == "今天25°C，2个人。"


def words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalnum() or c == " ").split()


def error_rate(found: list[str], said: list[str]) -> float:
    """Words to change, add or leave out, for each word said."""
    row = list(range(len(said) + 1))
    for i, word in enumerate(found, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(said, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / len(said)
