"""Faces by a wav2vec network, on tiny random weights."""

import asyncio
import tarfile
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving import weights
from avatar_serving.errors import OutOfMemory, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import ARKIT, AnimateRequest, AudioChunk, FaceFrame, Phone
from avatar_serving.stages.animate.timeline import COLUMN, timeline
from avatar_serving.stages.animate.wav2vec import Wav2VecAnimate, Wav2VecConfig
from avatar_serving.stages.animate.wav2vec_files import import_checkpoint
from avatar_serving.stages.animate.wav2vec_network import (
    NetworkShape,
    Wav2VecNetwork,
    network_parts,
)
from avatar_serving.stages.animate.wav2vec_windows import FRAMES, SAMPLES, Joiner, Pieces
from tests.folder_weights import Shelf
from tests.torch.memory import little_memory
from tests.torch.tiny_wav2vec import SHAPE, by_their_names, save_tiny_wav2vec, tiny_parts

RATE = 16_000
TOLERANCE = 1e-5
NOTHING = np.zeros(0, np.float32)


@pytest.fixture(scope="module")
def folder(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("wav2vec")
    save_tiny_wav2vec(made)
    shelf.put(**{"tiny-wav2vec": made})
    return made


@pytest.fixture
def engine(folder: Path) -> Wav2VecAnimate:
    return opened()


@pytest.fixture(scope="module")
def network() -> Wav2VecNetwork:
    return Wav2VecNetwork(SHAPE, tiny_parts())


def opened(**options: Any) -> Wav2VecAnimate:
    plain = {"model": "tiny-wav2vec", "device": "cpu", "dtype": "float32", "batch_wait_ms": 20}
    return Wav2VecConfig.model_validate(plain | options).build()


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    """That comes and goes, as syllables do."""
    count = round(seconds * RATE)
    loud = 0.3 + 0.3 * np.sin(np.arange(count) / RATE * 20)
    return (np.random.default_rng(seed).normal(0, 0.2, count) * loud).astype(np.float32)


def said(seconds: float, seed: int = 0, **options: Any) -> AnimateRequest:
    pcm = (noise(seconds, seed) * 32767).astype("<i2").tobytes()
    return AnimateRequest(seconds, audio=AudioChunk(pcm, RATE), **options)


def jaw(frames: list[FaceFrame]) -> np.ndarray:
    return np.array([frame.values[COLUMN["jawOpen"]] for frame in frames])


def heard(network: Wav2VecNetwork, pieces: Pieces, samples: np.ndarray, seconds: float) -> Any:
    """The weights of a stretch, computed piece by piece as sound arrives."""
    line = timeline(AnimateRequest(seconds), 30)
    joiner = Joiner(pieces, line.count)
    windows = pieces.windows(samples, NOTHING, line)
    return np.concatenate([joiner.join(network.weights([w], 0)[0]) for w in windows])


def test_the_full_size_is_that_of_lam() -> None:
    """94,370,944 of wav2vec2-base without the mask that only training needs, and the head:
    768*512+512, 12*64+64, six convolutions of three (the first from 576, with a bypass), six
    norms, 512*52+52. An export of LAM's has 24,608 more for the text that it also learnt, and 128
    fewer, for its position weights are folded: 100,528,020."""
    with torch.device("meta"):
        parts = network_parts(NetworkShape())
    norms, convolutions = 6 * 2 * 512, 5 * (3 * 512 * 512 + 512) + 2 * (3 * 576 * 512 + 512)
    head = 768 * 512 + 512 + 12 * 64 + 64 + norms + convolutions + 512 * 52 + 52
    assert sum(p.numel() for p in parts["encoder"].parameters()) == 94_370_944
    assert sum(p.numel() for p in parts.parameters()) == 94_370_944 + head == 100_503_540


def test_a_piece_hears_its_past_and_no_more_than_ahead_of_it(network: Wav2VecNetwork) -> None:
    pieces, sound = Pieces(8, 2), noise(2.0)
    whole = heard(network, pieces, sound, 2.0)
    known = round((24 + 2) / 30 * RATE)
    cut = np.concatenate([sound[:known], np.zeros(len(sound) - known, np.float32)])
    streamed = heard(network, pieces, cut, 2.0)
    assert np.abs(streamed[:24] - whole[:24]).max() < TOLERANCE
    assert np.abs(streamed[24:40] - whole[24:40]).max() > 100 * TOLERANCE


def test_streaming_says_what_all_pieces_at_once_say(network: Wav2VecNetwork) -> None:
    pieces, sound = Pieces(5, 3), noise(1.5)
    line = timeline(AnimateRequest(1.5), 30)
    windows = list(pieces.windows(sound, NOTHING, line))
    assert {len(window) for window in windows} == {SAMPLES}
    joiner = Joiner(pieces, line.count)
    offline = np.concatenate([joiner.join(g) for g in network.weights(windows, 0)])
    assert offline.shape == (45, len(ARKIT))
    assert np.abs(offline - heard(network, pieces, sound, 1.5)).max() < TOLERANCE


def test_a_window_as_long_as_the_sound_is_one_pass_over_it(network: Wav2VecNetwork) -> None:
    """The last piece of a stretch as long as a window hears all of it, and nothing else."""
    pieces, sound = Pieces(8, 0), noise(FRAMES / 30)
    (whole,) = network.weights([sound[:SAMPLES]], 0)
    streamed = heard(network, pieces, sound, FRAMES / 30)
    assert np.abs(streamed[-8:] - whole[-8:]).max() < TOLERANCE


def test_sound_before_the_stretch_is_heard(network: Wav2VecNetwork) -> None:
    pieces, sound = Pieces(8, 2), noise(2.0)
    whole = heard(network, pieces, sound, 2.0)
    later = replace(AnimateRequest(1.2), start_s=0.8)
    begin = round(0.8 * RATE)
    joiner = Joiner(pieces, 36)
    windows = pieces.windows(sound[begin:], sound[:begin], timeline(later, 30))
    tail = np.concatenate([joiner.join(network.weights([w], 0)[0]) for w in windows])
    assert np.abs(tail - whole[24:])[2:].max() < TOLERANCE, "all but what was guessed twice"


async def test_frames_follow_the_sound(engine: Wav2VecAnimate) -> None:
    frames = await collect(engine.run(said(2.0, start_s=1.0)))
    assert [f.at_s for f in frames] == pytest.approx(np.arange(30, 90) / 30)
    assert jaw(frames)[0] == 0 and jaw(frames)[10:50].std() > 1e-3
    assert frames == await collect(engine.run(said(2.0, start_s=1.0)))
    other = await collect(engine.run(said(2.0, seed=5, start_s=1.0)))
    assert np.abs(jaw(other) - jaw(frames)).max() > 1e-3
    assert np.abs(jaw(await collect(opened(style=2).run(said(2.0)))) - jaw(frames)).max() > 1e-3


async def test_sessions_share_a_batch_and_keep_their_own_faces(folder: Path) -> None:
    engine, sizes = opened(batch_wait_ms=300), list[int]()
    plain = engine._network.weights

    def counted(windows: Any, style: int) -> Any:
        sizes.append(len(windows))
        return plain(windows, style)

    alone = [await collect(engine.run(said(0.5, seed=seed))) for seed in range(3)]
    engine._network.weights = counted
    together = await asyncio.gather(*(collect(engine.run(said(0.5, seed=s))) for s in range(3)))
    assert sum(sizes) == 6 and max(sizes) > 2, "each has two pieces"
    for one, other in zip(together, alone, strict=True):
        assert np.abs(np.array([f.values for f in one]) - [f.values for f in other]).max() < 1e-4


async def test_a_lack_of_memory_passes(engine: Wav2VecAnimate) -> None:
    with little_memory(engine._network, "weights") as room:
        with pytest.raises(OutOfMemory):
            await collect(engine.run(said(0.5)))
        room.most = 1
        assert len(await collect(engine.run(said(0.5)))) == 15, "by halves"


async def test_closing_stops_it(engine: Wav2VecAnimate) -> None:
    running: AsyncGenerator[FaceFrame, None] = engine.run(said(20.0))
    await anext(running)
    await running.aclose()
    before = asyncio.all_tasks()
    await engine.warm()
    assert asyncio.all_tasks() <= before


async def test_without_sound_it_is_animated_from_its_phones(engine: Wav2VecAnimate) -> None:
    frames = await collect(engine.run(AnimateRequest(0.5, (Phone("ɑ", 0.1, 0.4),))))
    assert jaw(frames).max() > 0.2
    assert await collect(engine.run(AnimateRequest(0.0))) == []


def test_lams_archive_is_read(folder: Path, tmp_path: Path) -> None:
    theirs = by_their_names(tiny_parts().state_dict())
    inner = tmp_path / "made" / "lam_audio2exp_streaming.tar"
    inner.parent.mkdir()
    torch.save({"state_dict": theirs, "epoch": 3}, inner)
    (tmp_path / "their").mkdir()
    with tarfile.open(tmp_path / "their" / "LAM_audio2exp_streaming.tar", "w:gz") as archive:
        archive.add(inner, "pretrained_models/lam_audio2exp_streaming.tar")
    for source in (inner.parent, tmp_path / "their"):
        import_checkpoint(source, tmp_path / "model.safetensors")
        from safetensors.torch import load_file

        read, ours = load_file(tmp_path / "model.safetensors"), tiny_parts().state_dict()
        assert read.keys() == ours.keys()
        assert all((read[name] == ours[name]).all() for name in ours)


def test_files_of_something_else_are_an_error(folder: Path, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "words_streaming.tar").write_text("no archive")
    shelf.put(**{"tiny-words": tmp_path})
    with pytest.raises(StageFailed, match="cannot read"):
        opened(model="tiny-words")
    with pytest.raises(StageFailed, match="styles"):
        opened(style=5)
    assert weights.present("tiny-wav2vec")
