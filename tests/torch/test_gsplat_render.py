"""The engine that draws splats of many sessions together, on the CPU."""

import asyncio
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from avatar_serving import images
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.errors import InvalidRequest, OutOfMemory, StageFailed
from avatar_serving.flow import collect
from avatar_serving.media import FaceFrame, Image, RenderRequest, VideoFrame, Window
from avatar_serving.splatting import bank, drawing
from avatar_serving.stages.render.gsplat import GsplatRender, GsplatRenderConfig
from bench import gpu_splats
from tests.avatars.pictures import colourful

ACROSS, SIZE = 20, 48
ONE, OTHER = plain_package(colourful()), plain_package(colourful()[:, ::-1])
JAWS = [{"jawOpen": share / 4} for share in range(5)]


def made(**options: Any) -> GsplatRender:
    config = {"device": "cpu", "splats_across": ACROSS, "batch_wait_ms": 20, "stretch": 2}
    return GsplatRenderConfig.model_validate(config | options).build()


@pytest.fixture(scope="module")
def render() -> GsplatRender:
    return made()


def request(content: bytes, *poses: dict[str, float], **options: Any) -> RenderRequest:
    frames = tuple(FaceFrame(i / 30, pose_values(pose)) for i, pose in enumerate(poses))
    return RenderRequest(content, frames, SIZE, **options)


def pixels(frame: VideoFrame) -> Any:
    return images.to_array(frame.image).astype(float)


def psnr(one: Any, other: Any) -> float:
    return 10 * np.log10(255**2 / ((one - other) ** 2).mean())


async def test_sessions_share_calls_and_see_their_own_avatar(
    render: GsplatRender, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def counted(self: Any, shots: Any, view: Any) -> Any:
        calls.append(len(shots))
        return draw(self, shots, view)

    draw = bank.Bank.draw
    monkeypatch.setattr(bank.Bank, "draw", counted)
    for content in (ONE, OTHER):
        await collect(render.run(request(content, {})))
    calls.clear()
    both = await asyncio.gather(
        *(collect(render.run(request(content, *JAWS))) for content in (ONE, OTHER))
    )
    assert sum(calls) == 10 and max(calls) == 4, calls
    for content, frames in zip((ONE, OTHER), both, strict=True):
        assert [frame.at_s for frame in frames] == [i / 30 for i in range(5)]
        canvas = SplatCanvas(load_scene(content, 1 / ACROSS), SIZE)
        for frame, jaw in zip(frames, JAWS, strict=True):
            assert psnr(pixels(frame), canvas.draw(pose_values(jaw))) > 40


async def test_windows_backgrounds_and_cut_out_persons(render: GsplatRender) -> None:
    (whole,) = await collect(render.run(request(ONE, {})))
    window = Window(8, 4, 30, 40)
    (part,) = await collect(render.run(request(ONE, {}, window=window)))
    np.testing.assert_allclose(pixels(part), pixels(whole)[4:44, 8:38], atol=1)
    green = Image(bytes([0, 255, 0]) * 30 * 40, 30, 40)
    (before,) = await collect(render.run(request(ONE, {}, window=window, behind=green)))
    (cut,) = await collect(render.run(request(ONE, {}, window=window, cut_out=True)))
    assert cut.alpha is not None
    alpha = np.frombuffer(cut.alpha, np.uint8).reshape(40, 30, 1) / 255
    composed = pixels(cut) * alpha + (1 - alpha) * images.to_array(green)
    assert np.abs(composed - pixels(before)).mean() < 1
    with pytest.raises(InvalidRequest, match="window"):
        await collect(render.run(request(ONE, {}, window=Window(40, 0, 20, 20))))


async def test_what_does_not_fit_is_drawn_by_halves(monkeypatch: pytest.MonkeyPatch) -> None:
    room = 1

    def little(cloud: Any, view: Any) -> Any:
        if len(cloud.means) > room:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.")
        return drawing.plainly(cloud, view)

    monkeypatch.setattr(bank, "rasteriser", lambda _: little)
    render = made(stretch=4)
    assert len(await collect(render.run(request(ONE, *JAWS)))) == 5
    room = 0
    with pytest.raises(OutOfMemory, match="render") as caught:
        await collect(render.run(request(ONE, {})))
    assert caught.value.retryable
    room = 1
    assert await collect(render.run(request(ONE, {}))), "the engine goes on"


async def test_avatars_come_and_go() -> None:
    render = made(kept_scenes=1)
    for content in (ONE, OTHER, ONE):
        (frame,) = await collect(render.run(request(content, {})))
        drawn = SplatCanvas(load_scene(content, 1 / ACROSS), SIZE).draw(pose_values({}))
        assert psnr(pixels(frame), drawn) > 40


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so() -> None:
    with pytest.raises(StageFailed, match="sees no GPU"):
        GsplatRenderConfig().build()


def test_without_kernels_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gsplat.cuda._backend", SimpleNamespace(_C=None))
    with pytest.raises(StageFailed, match="nvcc"):
        drawing.check_kernels("render")
    monkeypatch.setitem(sys.modules, "gsplat.cuda._backend", None)
    with pytest.raises(StageFailed, match="cannot be compiled"):
        drawing.check_kernels("render")


async def test_it_warms_up(render: GsplatRender) -> None:
    await render.warm()


def test_the_benchmark_runs(capsys: pytest.CaptureFixture[str]) -> None:
    gpu_splats.main(at_once=[1, 2], across=12, calls=1, on_cpu=True)
    rows = capsys.readouterr().out.splitlines()[2:]
    assert [row.split(" | ")[3] for row in rows] == ["1", "2"] * 2
    assert "| 48x48 | " in rows[0] and "| 64x36 | " in rows[-1]
