import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from avatar_serving import images
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import (
    ACTION_COLUMNS,
    ACTION_PX,
    CELL_PX,
    action_sheet,
    portrait_sheet,
    pose_values,
)
from avatar_serving.errors import InvalidRequest, PackageInvalid
from avatar_serving.flow import collect
from avatar_serving.media import ARKIT, FaceFrame, RenderRequest
from avatar_serving.stages.render import RenderConfig
from avatar_serving.stages.render.flat import FlatRenderConfig
from avatar_serving.stages.render.mesh import MeshRenderConfig
from tests.avatars.pictures import colourful

PACKAGE = plain_package(colourful())


def frames(*poses: dict[str, float]) -> tuple[FaceFrame, ...]:
    return tuple(FaceFrame(i / 30, pose_values(named)) for i, named in enumerate(poses))


async def test_mesh_draws_a_frame_for_each_face() -> None:
    request = RenderRequest(PACKAGE, frames({}, {"jawOpen": 1.0}, {"headYaw": 20.0}, {}), 64)
    shown = await collect(MeshRenderConfig().build().run(request))
    assert [frame.at_s for frame in shown] == [0, 1 / 30, 2 / 30, 3 / 30]
    still, speaking, turned, again = (images.to_array(frame.image) for frame in shown)
    assert still.shape == (64, 64, 3)
    assert (still != speaking).any() and (still != turned).any()
    np.testing.assert_array_equal(still, again)


async def test_an_open_mouth_is_dark() -> None:
    request = RenderRequest(PACKAGE, frames({"mouthClose": 1.0}, {"jawOpen": 1.0}), 64)
    closed, opened = await collect(MeshRenderConfig().build().run(request))
    mouth = (slice(44, 48), slice(30, 34))
    dark = images.to_array(opened.image)[mouth].mean()
    assert dark < images.to_array(closed.image)[mouth].mean() - 20


async def test_mesh_refuses_what_it_cannot_draw() -> None:
    render = MeshRenderConfig(max_size_px=128).build()
    with pytest.raises(InvalidRequest, match="size"):
        await collect(render.run(RenderRequest(PACKAGE, frames({}), 256)))
    with pytest.raises(PackageInvalid):
        await collect(render.run(RenderRequest(b"no package", frames({}), 64)))


async def test_mesh_keeps_only_so_many_rigs() -> None:
    render = MeshRenderConfig(kept_rigs=1).build()
    other = plain_package(colourful()[::-1].copy())
    first = await collect(render.run(RenderRequest(PACKAGE, frames({}), 32)))
    second = await collect(render.run(RenderRequest(other, frames({}), 32)))
    third = await collect(render.run(RenderRequest(PACKAGE, frames({}), 32)))
    assert first == third != second


async def test_flat_follows_the_jaw() -> None:
    request = RenderRequest(PACKAGE, frames({}, {"jawOpen": 0.5}), 16)
    closed, opened = await collect(FlatRenderConfig().build().run(request))
    assert set(closed.image.rgb) == {0}
    assert set(opened.image.rgb) == {128}


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(ValidationError, match="mesh"):
        TypeAdapter(RenderConfig).validate_python({"engine": "splat"})


def test_the_sheet_shows_eight_poses() -> None:
    sheet = portrait_sheet(PACKAGE)
    assert sheet.size[0] == 4 * CELL_PX
    assert sheet.size[1] > 2 * CELL_PX


def test_the_action_sheet_has_a_tile_for_every_action() -> None:
    sheet = np.asarray(action_sheet(PACKAGE))
    assert sheet.shape[1] == ACTION_COLUMNS * ACTION_PX
    assert sheet.shape[0] >= -(-(len(ARKIT) + 1) // ACTION_COLUMNS) * ACTION_PX
