"""The engine for Qwen3-TTS with the model in a process of its own, on tiny random weights."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest, NotFound, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import SpeechRequest
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.tts.cloned import RecordedVoice, record_voice
from avatar_serving.stages.tts.qwen import QwenConfig, QwenTts
from tests.film.test_recording import wav
from tests.folder_weights import Shelf, shelf_in
from tests.qwen.tiny_qwen import save_tiny_qwen


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    torch.set_num_threads(1)
    listeners = {name: weights.path(name) for name in ("phones", "phones-vocabulary")}
    home = tmp_path_factory.mktemp("shelf")
    for kind in ("custom_voice", "base"):
        (home / kind).mkdir()
        save_tiny_qwen(home / kind, kind)
    with shelf_in(home) as shelf:
        folders = {"tiny-voices": home / "custom_voice", "tiny-base": home / "base"}
        shelf.put(**folders, **listeners)
        yield shelf


@pytest.fixture(scope="module")
def tts(shelf: Shelf) -> Iterator[QwenTts]:
    engine = QwenTts(config())
    yield engine
    engine.close()


def config(**options: Any) -> QwenConfig:
    plain = {"model": "tiny-voices", "device": "cpu", "dtype": "float32", "longest": 40}
    return QwenConfig.model_validate(plain | options)


async def test_clauses_side_by_side_have_their_own_words(tts: QwenTts) -> None:
    asked = [
        SpeechRequest("Hello there.", "qwen_ryan"), SpeechRequest("Good evening.", "qwen_vivian"),
        SpeechRequest("Yes.", "qwen_ryan", pitch=3.0),
    ]  # fmt: skip
    spoken = await asyncio.gather(*(collect(tts.run(each)) for each in asked))
    for request, speeches in zip(asked, spoken, strict=True):
        assert speeches and all(speech.audio.sample_rate == 24_000 for speech in speeches)
        words = [word.text for speech in speeches for word in speech.words]
        assert set(words) <= set(request.text.split())


async def test_a_closed_stream_ends_its_batch(tts: QwenTts) -> None:
    async with aclosing(tts.run(SpeechRequest("Hello there.", "qwen_ryan"))) as speeches:
        async for _ in speeches:
            break
    assert await collect(tts.run(SpeechRequest("Yes.", "qwen_ryan")))
    with pytest.raises(NotFound):
        await collect(tts.run(SpeechRequest("Yes.", "nobody")))


async def test_a_recorded_voice_speaks_with_consent_only(shelf: Shelf, tmp_path: Path) -> None:
    agreed = Consent(agreed=True, statement="This is my voice, and you may speak with it.")
    about = RecordedVoice(
        name="Ann", language="en", gender="female", transcript="hello there", consent=agreed
    )
    noise = np.random.default_rng(0).normal(0, 0.1, (32_000, 1))
    record_voice(tmp_path, "ann", about, wav(noise))
    options = {"model": "tiny-base", "cloned": str(tmp_path)}
    engine = QwenTts(config(**options))
    assert await collect(engine.run(SpeechRequest("Yes.", "ann")))
    engine.close()
    kept = tmp_path / "ann" / "voice.json"
    kept.write_text(kept.read_text().replace("true", "false"))
    with pytest.raises(InvalidRequest, match="the voice ann has no consent"):
        config(**options).voices()


def test_what_does_not_fit_is_named(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="tiny-base: wanted a model with voices"):
        QwenTts(config(model="tiny-base"))
