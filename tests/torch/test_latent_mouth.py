"""Mouths drawn by a video model, on tiny random weights."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel

from avatar_serving import images
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.errors import OutOfMemory, PackageInvalid, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import AudioChunk, FaceFrame, RenderRequest, VideoFrame, Window
from avatar_serving.stages.render.hearing import Hearing, around, at_16_khz
from avatar_serving.stages.render.latent_mouth import LatentMouthConfig, LatentMouthRender
from avatar_serving.stages.render.latent_mouth_network import UNET
from avatar_serving.stages.render.mesh import MeshRenderConfig
from tests.faced import faced_package
from tests.folder_weights import Shelf
from tests.torch.memory import little_memory
from tests.torch.tiny_mouth import save_tiny_mouth

PACKAGE = faced_package()
SIZE, RATE = 96, 16_000
UPPER, LOWER = slice(0, 50), slice(64, 78)
"""Rows of a frame above what speaks, and in it."""


@pytest.fixture(scope="module")
def folder(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mouth")
    save_tiny_mouth(made)
    shelf.put(**{f"tiny-{name}": made / name for name in ("unet", "vae", "hearing")})
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> LatentMouthRender:
    return opened()


def opened(**options: Any) -> LatentMouthRender:
    plain: dict[str, Any] = {
        "model": "tiny-unet", "vae": "tiny-vae", "hearing": "tiny-hearing",
        "device": "cpu", "dtype": "float32", "batch_wait_ms": 50, "batch": 6,
    }  # fmt: skip
    return LatentMouthConfig.model_validate(plain | options).build()


def voice(seed: int = 0, seconds: float = 1.0) -> AudioChunk:
    noise = np.random.default_rng(seed).normal(0, 6000, round(seconds * RATE))
    return AudioChunk(noise.clip(-30_000, 30_000).astype("<i2").tobytes(), RATE)


def film(
    *poses: dict[str, float], sound: AudioChunk | None = None, **options: Any
) -> RenderRequest:
    shown = tuple(FaceFrame(i / 25, pose_values(named)) for i, named in enumerate(poses))
    return RenderRequest(PACKAGE, shown, SIZE, sound=sound, **options)


def pixels(frame: VideoFrame) -> np.ndarray:
    return images.to_array(frame.image).astype(int)


def test_the_full_size_is_that_of_the_published_network() -> None:
    """Stable Diffusion 1's 859,520,964, with 4 more channels in and 384 numbers of sound where 768
    of words were."""
    with torch.device("meta"):
        unet: Any = UNet2DConditionModel.from_config({**UNET})
        words: Any = UNet2DConditionModel.from_config(
            {**UNET, "in_channels": 4, "cross_attention_dim": 768}
        )
    assert sum(p.numel() for p in words.parameters()) == 859_520_964
    narrower = sum(
        2 * 384 * m.to_k.weight.shape[0] for n, m in words.named_modules() if n.endswith("attn2")
    )
    count = sum(p.numel() for p in unet.parameters())
    assert count == 859_520_964 + 4 * 320 * 9 - narrower == 849_947_844


async def test_the_mouth_follows_the_sound_and_nothing_else_does(
    engine: LatentMouthRender,
) -> None:
    still = [{}] * 3
    one, again, other = [
        await collect(engine.run(film(*still, sound=voice(seed)))) for seed in (0, 0, 1)
    ]
    assert [frame.at_s for frame in one] == [0, 1 / 25, 2 / 25]
    assert (pixels(one[0]) == pixels(again[0])).all()
    changed = np.abs(pixels(one[1]) - pixels(other[1])).max(axis=2)
    assert changed[LOWER].max() > 2 and changed[UPPER].max() == 0
    (plain, *_) = await collect(MeshRenderConfig().build().run(film({"mouthClose": 0.0})))
    assert (pixels(plain)[UPPER] == pixels(one[0])[UPPER]).all()


async def test_jaw_and_lips_of_the_motion_are_the_networks_affair(
    engine: LatentMouthRender,
) -> None:
    (shut,), (wide,), (turned,) = [
        await collect(engine.run(film(pose, sound=voice())))
        for pose in ({}, {"jawOpen": 1.0}, {"headYaw": 15.0})
    ]
    assert (pixels(shut) == pixels(wide)).all()
    assert (pixels(shut) != pixels(turned)).any()


async def test_without_sound_it_is_as_in_silence(engine: LatentMouthRender) -> None:
    quiet = AudioChunk(bytes(2 * RATE), RATE)
    without, silent = [await collect(engine.run(film({}, sound=s))) for s in (None, quiet)]
    assert np.abs(pixels(without[0]) - pixels(silent[0])).max() <= 1


async def test_sessions_share_a_batch(engine: LatentMouthRender) -> None:
    patient, sizes = opened(batch_wait_ms=300), list[int]()
    plain = patient._network.redraw

    def counted(faces: Any, heard: Any) -> Any:
        sizes.append(len(faces))
        return plain(faces, heard)

    alone = [await collect(engine.run(film({}, {}, {}, sound=voice(seed)))) for seed in (0, 1)]
    patient._network.redraw = counted
    runs = (collect(patient.run(film({}, {}, {}, sound=voice(seed)))) for seed in (0, 1))
    together = await asyncio.gather(*runs)
    assert sum(sizes) == 6 and max(sizes) > 3, "each has three frames"
    for one, other in zip(together, alone, strict=True):
        assert all(
            np.abs(pixels(a) - pixels(b)).max() <= 1 for a, b in zip(one, other, strict=True)
        )


async def test_windows_and_cut_out_people_are_drawn_too(engine: LatentMouthRender) -> None:
    (whole,) = await collect(engine.run(film({}, sound=voice())))
    (part,) = await collect(engine.run(film({}, sound=voice(), window=Window(8, 4, 80, 90))))
    inner = pixels(whole)[4:94, 8:88]
    assert np.abs(inner - pixels(part)).mean() < 2
    (alone,) = await collect(engine.run(film({}, sound=voice(), cut_out=True)))
    assert alone.alpha is not None and len(alone.alpha) == SIZE * SIZE


async def test_a_lack_of_memory_passes(engine: LatentMouthRender) -> None:
    with little_memory(engine._network, "redraw") as room:
        with pytest.raises(OutOfMemory):
            await collect(engine.run(film({}, {}, sound=voice())))
        room.most = 1
        assert len(await collect(engine.run(film({}, {}, sound=voice())))) == 2, "by halves"


async def test_what_is_no_package_is_refused(engine: LatentMouthRender) -> None:
    frame = FaceFrame(0.0, pose_values({}))
    with pytest.raises(PackageInvalid):
        await collect(engine.run(RenderRequest(b"no package", (frame,), SIZE)))
    await engine.warm()


def test_long_sound_is_heard_in_windows_that_join(folder: Path) -> None:
    hearing = Hearing(folder / "hearing", torch.float32, torch.device("cpu"))
    samples = np.random.default_rng(0).normal(0, 0.1, 5 * RATE).astype(np.float32)
    vectors = hearing.vectors(samples)
    assert vectors.shape == (250, 2, 16)
    assert len(hearing.vectors(samples[:100])) == 1 and len(hearing.vectors(samples[:0])) == 0


def test_sound_of_any_rate_is_brought_to_the_one_that_is_heard() -> None:
    assert len(at_16_khz(voice())) == RATE
    assert len(at_16_khz(AudioChunk(bytes(2 * 48_000), 48_000))) == RATE
    assert len(at_16_khz(AudioChunk(b"", 48_000))) == 0


def test_beyond_the_sound_there_is_nothing() -> None:
    vectors = np.ones((5, 2, 3), np.float32)
    assert around(vectors, 0, 4, 10).sum() == 5 * 6 and around(vectors, 90, 4, 10).sum() == 0
    assert around(vectors, 4, 4, 10).shape == (20, 3)


def test_files_of_something_else_are_an_error(folder: Path, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    shelf.put(**{"tiny-nothing": tmp_path})
    for wrong in ("model", "vae", "hearing"):
        with pytest.raises(StageFailed, match="cannot load"):
            opened(**{wrong: "tiny-nothing"})
