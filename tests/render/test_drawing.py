"""Windows, backgrounds and people cut out: the same of every render engine."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.errors import InvalidRequest
from avatar_serving.flow import collect
from avatar_serving.media import FaceFrame, Image, RenderRequest, VideoFrame, Window
from avatar_serving.stages.base import Render
from avatar_serving.stages.render.drawing import apart
from avatar_serving.stages.render.flat import FlatRenderConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig
from avatar_serving.stages.render.splats import SplatsRenderConfig
from tests.avatars.pictures import colourful

SIZE = 96
WHOLE = RenderRequest(
    plain_package(colourful()), (FaceFrame(0.0, pose_values({"jawOpen": 0.7})),), SIZE
)
WINDOW = Window(11, 20, 60, 71)


@pytest.fixture(scope="module", params=[MeshRenderConfig(), SplatsRenderConfig(splats_across=60)])
def render(request: pytest.FixtureRequest) -> Render:
    return request.param.build()


async def drawn(render: Render, request: RenderRequest) -> VideoFrame:
    return (await collect(render.run(request)))[0]


def pixels(frame: VideoFrame) -> NDArray[np.int64]:
    return images.to_array(frame.image).astype(int)


def alpha(frame: VideoFrame) -> NDArray[np.int64]:
    assert frame.alpha is not None
    height, width = frame.image.height, frame.image.width
    return np.frombuffer(frame.alpha, np.uint8).reshape(height, width).astype(int)


def plain(tone: int, width: int = SIZE, height: int = SIZE) -> Image:
    return Image(bytes([tone]) * (3 * width * height), width, height)


async def test_a_window_shows_a_part_of_the_whole(render: Render) -> None:
    whole = pixels(await drawn(render, WHOLE))
    part = pixels(await drawn(render, replace(WHOLE, window=WINDOW)))
    assert part.shape == (71, 60, 3)
    assert np.abs(part - whole[20:91, 11:71]).max() <= 1


async def test_what_is_behind_shows_where_the_person_is_not(render: Render) -> None:
    one = pixels(await drawn(render, replace(WHOLE, behind=plain(0))))
    other = pixels(await drawn(render, replace(WHOLE, behind=plain(255))))
    clear = 255 - alpha(await drawn(render, replace(WHOLE, cut_out=True)))
    seen = (other - one).mean(axis=2)
    assert np.abs(seen - clear).max() <= 1.5, "exactly as far as they are transparent"


async def test_a_person_cut_out_looks_the_same_over_anything(render: Render) -> None:
    cut = await drawn(render, replace(WHOLE, cut_out=True, window=WINDOW))
    asked = replace(WHOLE, behind=plain(90, 60, 71), window=WINDOW)
    share = (alpha(cut) / 255)[..., None]
    laid = pixels(cut) * share + 90 * (1 - share)
    assert np.abs(laid - pixels(await drawn(render, asked))).max() <= 3


@pytest.mark.parametrize(
    "window", [Window(-1, 0, 8, 8), Window(90, 0, 8, 8), Window(0, 0, 0, 8), Window(0, 90, 8, 8)]
)
async def test_a_window_outside_is_refused(window: Window) -> None:
    for render in (FlatRenderConfig().build(), MeshRenderConfig().build()):
        with pytest.raises(InvalidRequest, match="inside the square"):
            await drawn(render, replace(WHOLE, window=window))


async def test_a_background_of_another_size_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="as large as"):
        await drawn(MeshRenderConfig().build(), replace(WHOLE, behind=plain(0, 10, 10)))


def test_colour_and_alpha_come_apart() -> None:
    colour = np.zeros((32, 32, 3)) + [200, 100, 50]
    share = np.linspace(0, 1, 32)[None, :, None] * np.ones((32, 1, 1))
    black = np.rint(colour * share).astype(np.uint8)
    white = np.rint(colour * share + 255 * (1 - share)).astype(np.uint8)
    found, seen = apart(black, white)
    assert np.abs(seen - 255 * share[..., 0]).max() <= 1.5
    assert np.abs(found[:, 4:].astype(int) - colour[:, 4:]).max() <= 12
    assert found[:, 0, 0].min() > 100, "colour goes on into what is clear"
