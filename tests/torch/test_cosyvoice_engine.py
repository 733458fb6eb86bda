"""The engine around CosyVoice's networks, on a tiny model with random weights."""

import asyncio
import io
import wave
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving import weights
from avatar_serving.cosyvoice.features import heard_mel, speaker_mel, spoken_mel
from avatar_serving.cosyvoice.joined import Joined
from avatar_serving.cosyvoice.studio import Studio
from avatar_serving.errors import InvalidRequest, NotFound, OutOfMemory, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import AudioChunk, Speech, SpeechRequest
from avatar_serving.safety.consent import Consent
from avatar_serving.samples import from_pcm
from avatar_serving.stages.tts.cloned import RecordedVoice, record_voice
from avatar_serving.stages.tts.cosyvoice import CosyVoiceConfig, CosyVoiceTts
from avatar_serving.stages.tts.cosyvoice_voices import SAMPLES
from tests.folder_weights import Shelf, shelf_in
from tests.torch.test_cosyvoice import line, opened
from tests.torch.tiny_cosyvoice import SIZES, save_tiny_cosyvoice

AGREED = Consent(agreed=True, statement="This is my voice, and you may speak with it.")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    listeners = {name: weights.path(name) for name in ("phones", "phones-vocabulary")}
    home = tmp_path_factory.mktemp("shelf")
    folder = home / "tiny"
    folder.mkdir()
    save_tiny_cosyvoice(folder)
    with shelf_in(home) as shelf:
        shelf.put(**{"tiny-voice": folder}, **listeners)
        yield shelf


def recording(seconds: float = 2.0) -> bytes:
    times = np.arange(round(16_000 * seconds)) / 16_000
    sound = (np.sin(2 * np.pi * 150 * times) * np.sin(2 * np.pi * 3 * times) * 9000).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 16_000, len(sound), "NONE", ""))
        out.writeframes(sound.tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("voices")
    about = RecordedVoice(
        name="Ann", language="en", gender="female", transcript="hello there", consent=AGREED
    )
    record_voice(home, "ann", about, recording())
    return home


def config(voices: Path, **options: Any) -> CosyVoiceConfig:
    plain: dict[str, Any] = {"device": "cpu", "dtype": "float32", "longest": 400, "lines": 4}
    return CosyVoiceConfig(model="tiny-voice", cloned=str(voices), **(plain | options))


@pytest.fixture(scope="module")
def tts(shelf: Shelf, voices: Path) -> CosyVoiceTts:
    return CosyVoiceTts(config(voices), SIZES)


def request(text: str = "Hello again.", **options: Any) -> SpeechRequest:
    return SpeechRequest(text, "ann", **options)


async def test_stretches_of_timed_sound(tts: CosyVoiceTts) -> None:
    speeches = await collect(tts.run(request()))
    assert len(speeches) > 1 and all(speech.audio.sample_rate == 24_000 for speech in speeches)
    for speech in speeches:
        times = [t for p in speech.phones for t in (p.start_s, p.end_s)]
        assert times == sorted(times)
        assert all(0 <= t <= speech.audio.seconds + 1e-6 for t in times)
    said = [word.text for speech in speeches for word in speech.words]
    assert set(said) <= {"Hello", "again."}
    assert await collect(tts.run(request())) == speeches


async def test_sessions_side_by_side_hear_what_each_alone_would(tts: CosyVoiceTts) -> None:
    texts = "Hello again.", "Good evening to all.", "Yes."
    together = await asyncio.gather(*(collect(tts.run(request(text))) for text in texts))
    for text, speeches in zip(texts, together, strict=True):
        found, alone = (
            np.concatenate([from_pcm(speech.audio.pcm) for speech in each])
            for each in (speeches, await collect(tts.run(request(text))))
        )
        assert np.abs(found - alone).max() < 2e-3


async def test_pitch_keeps_the_length(tts: CosyVoiceTts) -> None:
    (high,) = await collect(tts.run(request(pitch=4)))
    plain = await collect(tts.run(request()))
    seconds = sum(speech.audio.seconds for speech in plain)
    assert high.audio.seconds == pytest.approx(seconds, rel=0.1)


async def test_a_closed_stream_gives_its_room_back(shelf: Shelf, voices: Path) -> None:
    tts = CosyVoiceTts(config(voices, lines=1), SIZES)
    async with aclosing(tts.run(request("Good evening to all of you."))) as speeches:
        async for _ in speeches:
            break
    assert await asyncio.wait_for(collect(tts.run(request("Yes."))), 60)


async def test_without_memory_the_engine_goes_on(tmp_path: Path) -> None:
    save_tiny_cosyvoice(tmp_path)
    studio = Failing(opened(tmp_path))
    joined = Joined(studio)
    for failing in ("begin", "step", "sound"):
        studio.failing = failing
        with pytest.raises(OutOfMemory, match="tts has no memory.*3 GiB"):
            await collect(joined.run(line("hi")))
        assert studio.has_room and len(await collect(joined.run(line("hi"))))


class Failing:
    """A studio whose GPU has no memory for one call."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self.failing = studio, ""

    def __getattr__(self, name: str) -> Any:
        if name == self.failing:
            self.failing = ""
            raise torch.OutOfMemoryError("Tried to allocate 3 GiB.")
        return getattr(self._studio, name)


def test_a_voice_is_cloned_only_with_consent(voices: Path, tmp_path: Path) -> None:
    about = RecordedVoice(
        name="Bob", language="en", gender="male", transcript="hi", consent=Consent()
    )
    with pytest.raises(InvalidRequest, match="consent of the person who speaks") as caught:
        record_voice(tmp_path, "bob", about, recording())
    assert caught.value.code == "invalid_request" and not list(tmp_path.iterdir())
    record_voice(tmp_path, "bob", about.model_copy(update={"consent": AGREED}), recording())
    kept = tmp_path / "bob" / "voice.json"
    kept.write_text(kept.read_text().replace("true", "false"))
    with pytest.raises(InvalidRequest, match="the voice bob has no consent"):
        config(tmp_path).voices()
    with pytest.raises(NotFound, match="nowhere"):
        config(tmp_path / "nowhere").voices()


def test_what_is_missing_is_named(shelf: Shelf, voices: Path) -> None:
    with pytest.raises(NotFound, match="no-such-voice"):
        CosyVoiceTts(config(voices).model_copy(update={"model": "no-such-voice"}), SIZES)
    with pytest.raises(StageFailed, match="sees no GPU"):
        CosyVoiceTts(config(voices, device="cuda"), SIZES)


def test_what_the_networks_listen_to() -> None:
    times = np.arange(24_000) / 24_000
    tone = np.sin(2 * np.pi * 1000 * times).astype(np.float32) * 0.5
    mel = spoken_mel(tone)
    assert mel.shape == (50, 80) and np.ptp(mel.argmax(axis=1)[2:-2]) == 0
    assert heard_mel(tone[:16_000]).shape == (128, 100)
    speaker = speaker_mel(tone[:16_000])
    assert speaker.shape == (98, 80) and np.abs(speaker.mean(axis=0)).max() < 1e-4


async def test_a_voice_by_style_is_recorded_from_kokoro_once(shelf: Shelf, voices: Path) -> None:
    tts = CosyVoiceTts(config(voices), SIZES)
    kokoro = Reciter()
    tts._kokoro = kokoro
    sounds = [
        b"".join([speech.audio.pcm async for speech in tts.run(SpeechRequest("Hello.", voice))])
        for voice in ("cosy_english", "cosy_english", "ann")
    ]
    assert sounds[0] == sounds[1] != sounds[2]
    assert kokoro.asked == [SpeechRequest(SAMPLES["en"], "bf_emma", "en")]


class Reciter:
    """Says nothing in particular, for two seconds."""

    def __init__(self) -> None:
        self.asked: list[SpeechRequest] = []

    async def run(self, request: SpeechRequest, /) -> AsyncGenerator[Speech, None]:
        self.asked.append(request)
        tone = np.sin(np.arange(48_000) / 30) * 9000
        yield Speech(AudioChunk(tone.astype("<i2").tobytes(), 24_000))
