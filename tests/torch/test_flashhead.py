"""Whole heads drawn by a video model, on tiny random weights."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving import images
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.errors import InvalidRequest, OutOfMemory, StageFailed
from avatar_serving.flashhead.sizes import FilmSizes
from avatar_serving.flashhead.transformer import FilmTransformer, _places, turned
from avatar_serving.flow import collect
from avatar_serving.media import AudioChunk, FaceFrame, RenderRequest, VideoFrame, Window
from avatar_serving.stages.render.flashhead import FlashheadConfig, FlashheadRender
from avatar_serving.stages.render.head_motion import HeadMotion
from tests.faced import faced_package
from tests.folder_weights import Shelf
from tests.torch.tiny_film import NEW, SIDE, save_tiny_film

PACKAGE, RATE, FPS = faced_package(), 16_000, 25


@pytest.fixture(scope="module")
def folder(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("film")
    save_tiny_film(made)
    shelf.put(**{f"film-{name}": made / name for name in ("model", "vae", "hearing")})
    return made


@pytest.fixture(scope="module")
def engine(folder: Path) -> FlashheadRender:
    return opened()


def opened(**options: Any) -> FlashheadRender:
    plain: dict[str, Any] = {
        "model": "film-model", "vae": "film-vae", "hearing": "film-hearing",
        "device": "cpu", "dtype": "float32", "steps": 2,
    }  # fmt: skip
    return FlashheadConfig.model_validate(plain | options).build()


def voice(seconds: float, seed: int = 0) -> AudioChunk:
    noise = np.random.default_rng(seed).normal(0, 6000, round(seconds * RATE))
    return AudioChunk(noise.clip(-30_000, 30_000).astype("<i2").tobytes(), RATE)


def film(count: int, sound: AudioChunk | None, **options: Any) -> RenderRequest:
    shown = tuple(FaceFrame(i / FPS, pose_values({})) for i in range(count))
    return RenderRequest(PACKAGE, shown, SIDE, sound=sound, **options)


async def drawn(engine: FlashheadRender, request: RenderRequest) -> np.ndarray:
    return pixels(await collect(engine.run(request)))


def pixels(frames: list[VideoFrame]) -> np.ndarray:
    return np.stack([images.to_array(frame.image) for frame in frames]).astype(int)


def test_the_published_network_has_its_size() -> None:
    """Thirty blocks of 46.4 million, 86.6 for sound, 18.2 for everything else."""
    sizes = FilmSizes()
    with torch.device("meta"):
        network = FilmTransformer(sizes)
        latents = torch.rand(1, 16, sizes.latent_frames, 64, 64)
        flow = network(latents, latents, torch.rand(1, 33, 5, 12, 768), 1000.0)
    assert flow.shape == latents.shape and (sizes.past, sizes.new) == (5, 28)
    count = sum(p.numel() for p in network.parameters()) / 1e6
    assert count == pytest.approx(1497.3, abs=0.1)


def test_angles_tell_frames_rows_and_columns_apart() -> None:
    sizes = FilmSizes()
    places = _places(sizes, (3, 2, 2), "cpu")
    assert places.shape == (12, 64)
    vector = torch.randn(128)
    found = turned(vector.expand(1, 1, 12, 128), places)[0, 0]
    products = found @ found.T
    assert torch.allclose(products[0, 4], products[4, 8], rtol=1e-4), "one frame apart"
    assert torch.allclose(products[0, 1], products[10, 11], rtol=1e-4), "one column apart"
    assert len({round(float(products[0, i]), 3) for i in (0, 1, 2, 4)}) == 4


async def test_a_stretch_is_the_same_whatever_comes_after_it(engine: FlashheadRender) -> None:
    """What a live voice would bring piece by piece gives the film that the whole of it gives."""
    sound, count = voice(3 * NEW / FPS), 3 * NEW
    whole = await drawn(engine, film(count, sound))
    for stretches in (1, 2):
        bytes_so_far = 2 * stretches * NEW * RATE // FPS
        heard = AudioChunk(sound.pcm[:bytes_so_far], RATE)
        part = await drawn(engine, film(stretches * NEW, heard))
        assert np.abs(part - whole[: stretches * NEW]).max() <= 1
    other = await drawn(engine, film(count, voice(3 * NEW / FPS, seed=1)))
    assert np.abs(other[:NEW] - whole[:NEW]).max() > 2, "it listens"


async def test_stretches_go_on_from_each_other_and_from_the_picture(
    engine: FlashheadRender, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    plain = engine._studio.draw

    def watched(stretches: Any) -> Any:
        asked.extend(stretches)
        return plain(stretches)

    monkeypatch.setattr(engine._studio, "draw", watched)
    await drawn(engine, film(3 * NEW, voice(1)))
    first, second, third = asked
    assert all(torch.equal(each.reference, first.reference) for each in asked), "the same person"
    assert torch.equal(first.history, first.reference[:, :1]), "it begins as the picture"
    made = plain([first])[0]
    assert torch.allclose(second.history, made.history, atol=1e-4)
    assert not torch.equal(second.history, third.history)
    forgetful = replace(second, history=third.history)
    found = [plain([each])[0].frames.astype(int) for each in (second, forgetful)]
    assert np.abs(found[0] - found[1])[-NEW:].max() > 2, "what was before counts"
    latents = engine._studio._denoised(
        second.reference[None], second.history[None],
        torch.from_numpy(second.heard)[None], [second.seed],
    )  # fmt: skip
    assert torch.equal(latents[0, :, :2], second.history), "its beginning is kept"


async def test_a_show_goes_on_where_the_request_before_it_ended(engine: FlashheadRender) -> None:
    """Also in the middle of a stretch, as clauses end."""
    sound, cut = voice(3 * NEW / FPS), 2 * NEW
    whole = await drawn(engine, film(3 * NEW, sound))
    at = 2 * cut * RATE // FPS
    first, second = (AudioChunk(pcm, RATE) for pcm in (sound.pcm[:at], sound.pcm[at:]))
    begun = await drawn(engine, film(cut, first, show="a"))
    assert np.abs(begun - whole[:cut]).max() <= 1
    place = engine._shows.place("a")
    assert place is not None and (place.last[-NEW:] == begun[-NEW:]).all()
    gone_on = await drawn(engine, film(NEW, second, show="a"))
    # The film is the same, but for frames that were rounded to pixels and encoded again.
    anew = await drawn(engine, film(NEW, second))
    assert np.abs(gone_on - whole[cut:]).mean() < np.abs(anew - whole[cut:]).mean() / 4
    short = await drawn(engine, film(NEW + 1, first, show="b"))
    place = engine._shows.place("b")
    assert place is not None and (place.last[-1] == short[-1]).all()
    assert len(place.heard) == (NEW + 1) * RATE // FPS


async def test_shows_that_ended_long_ago_are_forgotten(folder: Path) -> None:
    few = opened(kept_shows=1)
    for show in ("a", "b", ""):
        await drawn(few, film(1, None, show=show))
    assert few._shows.place("a") is None and few._shows.place("") is None
    assert few._shows.place("b") is not None


async def test_another_picture_is_another_film(engine: FlashheadRender) -> None:
    one = await drawn(engine, film(2, None))
    turned_away = tuple(FaceFrame(i / FPS, pose_values({"headYaw": 20.0})) for i in range(2))
    other = await drawn(engine, replace(film(2, None), frames=turned_away))
    assert np.abs(one - other).max() > 2


async def test_the_head_moves_as_the_frames_tell(engine: FlashheadRender) -> None:
    """Beside what the network makes of the sound, also where another request of a show begins."""
    sound, still = voice(2 * NEW / FPS), film(2 * NEW, voice(2 * NEW / FPS))
    poses = [pose_values({"headRoll": 5.0 * i}) for i in range(2 * NEW)]
    nods = tuple(FaceFrame(i / FPS, pose) for i, pose in enumerate(poses))
    plain = await collect(engine.run(still))
    moved = await collect(engine.run(replace(still, frames=nods)))
    turned = HeadMotion(PACKAGE).turned
    for before, after, pose in zip(plain, moved, poses, strict=True):
        wanted = turned(images.to_array(before.image), poses[0], pose)
        assert (images.to_array(after.image) == wanted).all()
    assert moved[0].image == plain[0].image and moved[-1].image != plain[-1].image
    at = 2 * NEW * RATE // FPS
    first, second = (AudioChunk(pcm, RATE) for pcm in (sound.pcm[:at], sound.pcm[at:]))
    later = tuple(FaceFrame(i / FPS, pose) for i, pose in enumerate(poses[NEW:]))
    for frames, part in ((nods[:NEW], first), (later, second)):
        found = await drawn(engine, RenderRequest(PACKAGE, frames, SIDE, sound=part, show="nod"))
    assert np.abs(found - pixels(moved)[NEW:]).mean() < np.abs(found - pixels(plain)[NEW:]).mean()


async def test_sessions_share_a_batch_and_do_not_touch(engine: FlashheadRender) -> None:
    patient, sizes = opened(batch_wait_ms=500, batch=2), list[int]()
    plain = patient._studio.draw

    def counted(stretches: Any) -> Any:
        sizes.append(len(stretches))
        return plain(stretches)

    patient._studio.draw = counted
    asked = [film(2 * NEW, voice(1, seed)) for seed in (0, 1)]
    together = await asyncio.gather(*(drawn(patient, each) for each in asked))
    assert sizes == [2, 2]
    for each, found in zip(asked, together, strict=True):
        assert np.abs(await drawn(engine, each) - found).max() <= 1


async def test_frames_are_those_of_their_times(engine: FlashheadRender) -> None:
    every = await drawn(engine, film(NEW + 1, None))
    slow = tuple(FaceFrame(at, pose_values({})) for at in (0.0, 0.05, 0.12, NEW / FPS))
    few = await collect(engine.run(replace(film(1, None), frames=slow)))
    assert [frame.at_s for frame in few] == [0.0, 0.05, 0.12, NEW / FPS]
    assert (pixels(few) == every[[0, 1, 3, NEW]]).all()
    part = await collect(engine.run(film(1, None, window=Window(4, 2, 20, 24))))
    assert (pixels(part)[0] == every[0][2:26, 4:24]).all()
    assert not await collect(engine.run(film(0, None)))


async def test_what_it_cannot_draw_is_refused(engine: FlashheadRender) -> None:
    with pytest.raises(InvalidRequest, match="behind"):
        await collect(engine.run(film(1, None, cut_out=True)))
    await engine.warm()


async def test_a_lack_of_memory_passes(
    engine: FlashheadRender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> Any:
        raise torch.OutOfMemoryError("Tried to allocate 20 GiB.")

    with monkeypatch.context() as patch, pytest.raises(OutOfMemory) as caught:
        patch.setattr(engine._studio, "draw", full)
        await drawn(engine, film(1, None))
    assert caught.value.retryable
    assert len(await drawn(engine, film(1, None))) == 1


def test_files_of_something_else_are_an_error(folder: Path, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"dim": 12, "num_layers": 1}))
    shelf.put(**{"film-nothing": tmp_path})
    for wrong in ("model", "vae", "hearing"):
        with pytest.raises(StageFailed, match="cannot load"):
            opened(**{wrong: "film-nothing"})
