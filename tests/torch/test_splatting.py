"""Splats on torch against those of numba, and the call of gsplat against the plain drawing."""

from typing import Any

import gsplat.rendering
import numpy as np
import pytest
import torch
from gsplat.cuda._torch_impl import _fully_fused_projection

from avatar_serving.avatars import package, splat_refine
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import pose_part
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splats import Carrier
from avatar_serving.splatting import drawing
from avatar_serving.splatting.drawing import Cloud, View, by_gsplat, plainly, seen
from avatar_serving.splatting.moving import carried
from avatar_serving.splatting.stack import of_scene, picked, stacked
from tests.avatars.pictures import colourful

CPU = torch.device("cpu")
RIG = package.load(plain_package(colourful()))
SCENE = splat_refine.from_rig(RIG, 1 / 24)
COARSE = splat_refine.from_rig(RIG, 1 / 12)
WHOLE = View(48, 0, 0, 48, 48)
POSES: list[dict[str, float]] = [
    {},
    {"jawOpen": 1.0},
    {"eyeBlink": 1.0},
    {"headYaw": 20.0, "headPitch": -8.0, "headRoll": 5.0},
]


def numbers(*poses: dict[str, float]) -> torch.Tensor:
    return torch.tensor([pose_values(pose) for pose in poses])


def psnr(one: Any, other: Any) -> float:
    return 10 * np.log10(255**2 / ((np.asarray(one, float) - other) ** 2).mean())


def over_background(scene: Any, picture: Any, alpha: Any) -> Any:
    canvas = SplatCanvas(scene, WHOLE.size)
    return (picture.numpy() + (1 - alpha.numpy()) * canvas._background) * 255


@pytest.mark.parametrize("pose", POSES, ids=str)
def test_splats_are_carried_as_by_the_compiled_code(pose: dict[str, float]) -> None:
    means, shapes = carried(stacked([of_scene(SCENE, CPU)]), numbers(pose))
    wanted = [
        Carrier(c.splats, c.rest, c.mesh.triangles).carried(
            pose_part(c.mesh, SCENE.pivot, pose_values(pose))
        )
        for c in SCENE.layers
    ]
    np.testing.assert_allclose(means[0], np.concatenate([w[0] for w in wanted]), atol=1e-5)
    six = shapes[0][:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]
    np.testing.assert_allclose(six, np.concatenate([w[1] for w in wanted]), atol=1e-6)


@pytest.mark.parametrize("pose", POSES, ids=str)
def test_a_drawing_is_that_of_the_compiled_code(pose: dict[str, float]) -> None:
    """45 dB: gsplat's rules, which are followed here, let a splat end a little further out."""
    cloud = seen(stacked([of_scene(SCENE, CPU)]), numbers(pose), WHOLE)
    picture, alpha = plainly(cloud, WHOLE)
    drawn = over_background(SCENE, picture[0], alpha[0])
    assert psnr(drawn, SplatCanvas(SCENE, WHOLE.size).draw(pose_values(pose))) > 45


def test_many_avatars_in_one_call_look_as_each_alone() -> None:
    avatars = [of_scene(scene, CPU) for scene in (SCENE, COARSE)]
    which = torch.tensor([1, 0, 1])
    values = numbers({"jawOpen": 1.0}, {"headYaw": 15.0}, {})
    together = plainly(seen(picked(stacked(avatars), which), values, WHOLE), WHOLE)
    for i, member in enumerate(which):
        alone = seen(stacked([avatars[member]]), values[i : i + 1], WHOLE)
        for one, other in zip(together, plainly(alone, WHOLE), strict=True):
            torch.testing.assert_close(one[i : i + 1], other, atol=1e-5, rtol=0)


def test_a_window_is_a_part_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    avatar, view = stacked([of_scene(COARSE, CPU)]), View(48, 10, 6, 20, 32)
    whole, _ = plainly(seen(avatar, numbers({}), WHOLE), WHOLE)
    monkeypatch.setattr(drawing, "NUMBERS", 3000)  # in strips
    part, _ = plainly(seen(avatar, numbers({}), view), view)
    torch.testing.assert_close(part, whole[:, 6:38, 10:30], atol=1e-5, rtol=0)


def test_drawing_can_be_learnt_through() -> None:
    avatar, view = stacked([of_scene(COARSE, CPU)]), View(16, 0, 0, 16, 16)
    values = numbers({"jawOpen": 0.5, "headYaw": 10.0}).requires_grad_()
    picture, _ = plainly(seen(avatar, values, view), view)
    picture.square().sum().backward()
    assert values.grad is not None and values.grad.isfinite().all() and values.grad.any()


class CudaParts:
    """Those of gsplat that need CUDA, in torch: its own projection, and our blending."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("fully_fused_projection", "isect_tiles", "isect_offset_encode"):
            monkeypatch.setattr(gsplat.rendering, name, getattr(self, name))
        monkeypatch.setattr(gsplat.rendering, "rasterize_to_pixels", self.blended)
        self.depths: Any = None

    def fully_fused_projection(
        self, means: Any, covars: Any, _q: Any, _s: Any, views: Any, lenses: Any,
        width: int, height: int, **options: Any,
    ) -> Any:  # fmt: skip
        full = covars[..., [0, 1, 2, 1, 3, 4, 2, 4, 5]].unflatten(-1, (3, 3))
        assert not options["packed"]
        told = {k: options[k] for k in ("eps2d", "near_plane", "far_plane", "camera_model")}
        found = _fully_fused_projection(means, full, views, lenses, width, height, **told)
        self.depths = found[2]
        return found

    def isect_tiles(self, *_: Any, **__: Any) -> Any:
        return None, None, None

    def isect_offset_encode(self, _: Any, images: int, width: int, height: int) -> torch.Tensor:
        return torch.zeros(images * width * height)

    def blended(
        self, points: Any, conics: Any, colours: Any, opacities: Any, width: int, height: int,
        *_: Any, **__: Any,
    ) -> Any:  # fmt: skip
        pairs: list[Any] = []
        for i in range(len(points)):
            order = self.depths[i, 0].argsort(stable=True)
            inverse = conics[i, 0, order][:, [0, 1, 1, 2]].unflatten(-1, (2, 2))
            look = torch.cat([colours[i, 0, order], torch.ones(len(order), 1)], 1)
            rows = torch.arange(height)
            pairs.append(
                drawing._strip(
                    points[i, 0, order], inverse, opacities[i, 0, order], look, rows, width
                )
            )
        both = torch.stack(pairs)[:, None]
        return both[..., :3], both[..., 3:]


def test_gsplat_is_asked_for_the_same_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    CudaParts(monkeypatch)
    avatars = stacked([of_scene(scene, CPU) for scene in (SCENE, COARSE)])
    view = View(48, 4, 2, 40, 30)
    cloud = seen(avatars, numbers({"jawOpen": 1.0}, {"headYaw": 15.0}), view)
    for one, other in zip(by_gsplat(cloud, view), plainly(cloud, view), strict=True):
        torch.testing.assert_close(one, other, atol=2e-3, rtol=0)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gsplat_draws_as_the_plain_way() -> None:
    avatars = stacked([of_scene(scene, CPU) for scene in (SCENE, COARSE)])
    cloud = seen(avatars, numbers({"jawOpen": 1.0}, {"headYaw": 15.0}), WHOLE)
    parts = (cloud.means, cloud.covariances, cloud.colours, cloud.opacities)
    on_gpu = Cloud(*(part.cuda() for part in parts))
    for one, other in zip(by_gsplat(on_gpu, WHOLE), plainly(cloud, WHOLE), strict=True):
        torch.testing.assert_close(one.cpu(), other, atol=2e-3, rtol=0)
