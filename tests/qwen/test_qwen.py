"""Qwen3-TTS with its own package, on tiny random weights: in this process, and in its own."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving import weights
from avatar_serving.errors import InvalidRequest, NotFound, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import SpeechRequest
from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.speaker import Speaker, Spoken
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.tts.cloned import RecordedVoice, record_voice
from avatar_serving.stages.tts.qwen import QwenConfig, QwenTts
from tests.film.test_recording import wav
from tests.folder_weights import Shelf, shelf_in
from tests.qwen.tiny_qwen import save_tiny_qwen

FRAME = 1920


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


def line(text: str, speaker: str = "ryan", speed: float = 1.0, seed: int = 1) -> Line:
    return Line(text, "english", speaker, "Be calm.", speed, "", seed)


@pytest.fixture(scope="module")
def speaker(shelf: Shelf) -> Speaker:
    return Speaker(weights.path("tiny-voices"), "cpu", "float32", 40)


LINES = (
    line("Hello there."),
    line("Good evening to you all.", "vivian", seed=2),
    line("Yes.", seed=3),
)


def spoken(speaker: Speaker, *comings: tuple[int, Line]) -> list[tuple[Any, list[Any]]]:
    """Frames and stretches of lines that come at a step, each of which stays to its end."""
    begun: list[Spoken] = []
    heard: dict[Spoken, list[Any]] = {}
    waiting, step = sorted(comings, key=lambda coming: coming[0]), 0
    while waiting or speaker._spoken:
        while waiting and waiting[0][0] <= step:
            begun.append(speaker.begin(waiting.pop(0)[1], None))
            heard[begun[-1]] = []
        for stretch in speaker.step():
            heard[stretch.spoken].append(stretch.samples)
        step += 1
    return [(torch.stack(each.row.frames), heard[each]) for each in begun]


def test_codes_are_those_of_the_package_where_chance_has_no_part(speaker: Speaker) -> None:
    """Which speaks the batch from one beginning; here each line begins at another step."""
    tts = speaker._prompts._tts
    plain = {"do_sample": False, "subtalker_dosample": False}
    asked = [speaker._prompts._asked(each, None)[0] for each in LINES]
    together = {name: [item for each in asked for item in each[name]] for name in asked[0]
                if name != "non_streaming_mode"}  # fmt: skip
    settings = tts._merge_generate_kwargs(**plain, max_new_tokens=41)
    wanted, _ = tts.model.generate(**together, non_streaming_mode=True, **settings)
    merged = tts._merge_generate_kwargs
    tts._merge_generate_kwargs = lambda **told: merged(**{**told, **plain})
    found = spoken(speaker, (0, LINES[0]), (3, LINES[1]), (7, LINES[2]))
    tts._merge_generate_kwargs = merged
    for (frames, _), codes in zip(found, wanted, strict=True):
        assert frames.shape == codes.shape and (frames == codes).all()


def test_a_line_sounds_the_same_whoever_speaks_beside_it(speaker: Speaker) -> None:
    alone = [spoken(speaker, (0, each))[0] for each in LINES]
    among = spoken(speaker, (0, LINES[0]), (4, LINES[1]), (9, LINES[2]))
    again = spoken(speaker, (0, replace(LINES[0], seed=9)))[0]
    assert again[0].shape != alone[0][0].shape or (again[0] != alone[0][0]).any()
    for (frames, sounds), (frames_among, sounds_among) in zip(alone, among, strict=True):
        assert frames.shape == frames_among.shape and (frames == frames_among).all()
        for sound, other in zip(sounds, sounds_among, strict=True):
            np.testing.assert_allclose(sound, other, atol=1e-4)


def test_sound_is_taken_while_the_model_writes(speaker: Speaker) -> None:
    (frames, sounds), (_, slow) = spoken(speaker, (0, LINES[0]), (0, line("Oh.", speed=0.8)))
    assert [len(samples) // FRAME for samples in sounds[:3]] == [3, 6, 12]
    with torch.inference_mode():
        at_once = speaker._decoder(frames.T[None])[0, 0].numpy()
    sound = np.concatenate(sounds)
    assert len(sound) == len(at_once) == len(frames) * FRAME and np.ptp(at_once) > 1e-3
    # Further on the decoder hears the last 25 frames only.
    assert np.abs(sound - at_once)[: 21 * FRAME].max() < 1e-4
    assert [len(samples) > 0 for samples in slow] == [False] * (len(slow) - 1) + [True]


def test_who_leaves_takes_nothing_from_who_stays(speaker: Speaker) -> None:
    stays, leaves = speaker.begin(LINES[0], None), speaker.begin(LINES[1], None)
    speaker.step()
    speaker.end(leaves)
    assert speaker._talker._read.shape[0] == 1
    while not stays.row.finished:
        speaker.step()
    (frames, _), *_ = spoken(speaker, (0, LINES[0]))
    assert (torch.stack(stays.row.frames) == frames).all() and speaker._talker._past is None


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
