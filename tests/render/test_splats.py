import numpy as np
import pytest

from avatar_serving import images
from avatar_serving.avatars import package, splat_refine
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import pose_part
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_kernels import deformations, draw_splats, gather_splats
from avatar_serving.avatars.splat_scene import covered
from avatar_serving.avatars.splats import Carrier, axes, covariances, matrices, quaternions
from avatar_serving.errors import InvalidRequest, PackageInvalid
from avatar_serving.flow import collect
from avatar_serving.media import FaceFrame, RenderRequest
from avatar_serving.stages.render.splats import SplatsRenderConfig
from tests.avatars.pictures import colourful
from tests.render.splat_reference import deformation, drawn

PACKAGE = plain_package(colourful())
RIG = package.load(PACKAGE)
SCENE = splat_refine.from_rig(RIG, 1 / 60)
CHANCE = np.random.default_rng(3)


def psnr(one, other):
    return 10 * np.log10(255**2 / ((one.astype(float) - other) ** 2).mean())


def test_the_compiled_drawing_is_the_slow_one() -> None:
    count, size = 40, 24
    points = CHANCE.uniform(-2, size + 2, (count, 2)).astype(np.float32)
    root = CHANCE.normal(0, 2, (count, 2, 2))
    full = root @ root.transpose(0, 2, 1) + 0.2 * np.eye(2)
    spreads = full[:, [0, 0, 1], [0, 1, 1]].astype(np.float32)
    colours = CHANCE.random((count, 3), np.float32)
    opacities = CHANCE.random(count, np.float32)
    order = CHANCE.permutation(count)
    out, through = np.zeros((size, size, 3), np.float32), np.ones((size, size), np.float32)
    draw_splats(order, points, spreads, colours, opacities, through, out)
    wanted, passing = drawn(order, points, spreads, colours, opacities, size, size)
    np.testing.assert_allclose(out, wanted, atol=0.02)
    np.testing.assert_allclose(through, passing, atol=0.02)


def test_gathering_is_the_transpose_of_drawing() -> None:
    count, size = 30, 16
    points = CHANCE.uniform(0, size, (count, 2)).astype(np.float32)
    spreads = np.tile(np.array([2, 0.5, 3], np.float32), (count, 1))
    colours, picture = CHANCE.random((count, 3)), CHANCE.random((size, size, 3))
    colours, picture = colours.astype(np.float32), picture.astype(np.float32)
    opacities, order = np.full(count, 0.6, np.float32), np.arange(count)
    out, through = np.zeros((size, size, 3), np.float32), np.ones((size, size), np.float32)
    draw_splats(order, points, spreads, colours, opacities, through, out)
    sums, passing = np.zeros((count, 4), np.float32), np.ones((size, size), np.float32)
    gather_splats(order, points, spreads, opacities, passing, picture, sums)
    assert (sums[:, :3] * colours).sum() == pytest.approx((out * picture).sum(), rel=1e-4)
    np.testing.assert_allclose(passing, through, atol=1e-6)


def test_a_triangle_carries_its_splats_by_its_deformation() -> None:
    rest = CHANCE.normal(0, 1, (20, 3, 3)).astype(np.float32)
    posed = (rest + CHANCE.normal(0, 0.2, (20, 3, 3))).astype(np.float32)
    corners = np.arange(60, dtype=np.int32).reshape(20, 3)
    found = deformations(rest, posed.reshape(-1, 3), corners, 1e-6, 1e6)
    wanted = [deformation(a, b) for a, b in zip(rest, posed, strict=True)]
    np.testing.assert_allclose(found, wanted, rtol=1e-2, atol=1e-2)


def test_deformations_are_bounded() -> None:
    rest = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.float32)
    posed = np.array([[0, 0, 0], [10, 0, 0], [0, 1e-7, 0]], np.float32)
    found = deformations(rest, posed, np.array([[0, 1, 2]], np.int32), 0.2, 3.0)
    values = np.linalg.svd(found[0], compute_uv=False)
    np.testing.assert_allclose(values, [3, 1, 0.2], atol=1e-5)


def test_a_turned_head_turns_its_splats() -> None:
    """A rotation of the whole mesh is one of every covariance."""
    layer = SCENE.layers[-1]
    turn = matrices(np.array([[np.cos(0.2), np.sin(0.2), 0, 0]], np.float32))[0]
    carrier = Carrier(layer.splats, layer.rest, layer.mesh.triangles)
    _, before = carrier.carried(layer.mesh.positions)
    _, after = carrier.carried((layer.mesh.positions @ turn.T).astype(np.float32))

    def full(shapes):
        return shapes[:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)

    np.testing.assert_allclose(full(after), turn @ full(before) @ turn.T, atol=1e-6)


def test_scales_and_turns_come_back_from_covariances() -> None:
    scales = np.sort(CHANCE.uniform(0.5, 2, (50, 3)), 1)[:, ::-1].astype(np.float32)
    turns = np.linalg.qr(CHANCE.normal(size=(50, 3, 3)))[0]
    turns[:, :, 2] *= np.linalg.det(turns)[:, None]
    rotations = quaternions(turns)
    np.testing.assert_allclose(matrices(rotations), turns, atol=1e-5)
    again, other = axes(covariances(scales, rotations))
    np.testing.assert_allclose(again, scales, rtol=1e-3)
    np.testing.assert_allclose(covariances(again, other), covariances(scales, rotations), atol=1e-4)


@pytest.mark.parametrize(
    ("named", "floor"),
    [({}, 30), ({"jawOpen": 1.0}, 26), ({"eyeBlink": 1.0}, 28), ({"headYaw": 15.0}, 26)],
)
def test_splats_look_like_the_mesh(named: dict[str, float], floor: float) -> None:
    values = pose_values(named)
    splats, mesh = SplatCanvas(SCENE, 128).draw(values), Canvas(RIG, 128).draw(values)
    assert psnr(splats, mesh) > floor


def test_refining_brings_splats_nearer_to_the_mesh() -> None:
    mesh = Canvas(RIG, 256).draw(pose_values({}))
    plain = SplatCanvas(covered(RIG, 1 / 60), 256).draw(pose_values({}))
    assert psnr(SplatCanvas(SCENE, 256).draw(pose_values({})), mesh) > psnr(plain, mesh) + 0.5


def test_the_cloud_is_what_is_drawn() -> None:
    cloud = SCENE.cloud()
    count = sum(len(layer.splats.opacities) for layer in SCENE.layers)
    assert 0.5 * count < len(cloud.means) <= count
    assert np.isfinite(cloud.means).all() and (cloud.scales > 0).all()
    np.testing.assert_allclose(np.linalg.norm(cloud.rotations, axis=1), 1, atol=1e-5)
    skin = SCENE.layers[-1]
    posed = pose_part(skin.mesh, SCENE.pivot, pose_values({}))
    assert abs(cloud.means[:, :2]).max() <= abs(posed[:, :2]).max() + 1e-3


async def test_the_engine_draws_a_frame_for_each_face() -> None:
    frames = tuple(
        FaceFrame(i / 30, pose_values(named)) for i, named in enumerate([{}, {"jawOpen": 1.0}])
    )
    render = SplatsRenderConfig(splats_across=40, max_size_px=128).build()
    still, speaking = await collect(render.run(RenderRequest(PACKAGE, frames, 64)))
    assert (still.at_s, speaking.at_s) == (0, 1 / 30)
    mouth = (slice(46, 49), slice(30, 34))
    dark = images.to_array(speaking.image)[mouth].mean()
    assert dark < images.to_array(still.image)[mouth].mean() - 20
    with pytest.raises(InvalidRequest, match="size"):
        await collect(render.run(RenderRequest(PACKAGE, frames, 256)))
    with pytest.raises(PackageInvalid):
        await collect(render.run(RenderRequest(b"no package", frames, 64)))
