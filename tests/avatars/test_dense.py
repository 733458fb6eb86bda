"""A portrait as one mesh with a splat on each vertex."""

import numpy as np
import pytest

from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.dense import dense, neighbours
from avatar_serving.avatars.gaussian import of_vertices
from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.rig import MORPHS
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_canvas import SplatCanvas
from avatar_serving.avatars.splat_scene import Cover, SplatScene
from avatar_serving.avatars.splats import Splats
from avatar_serving.errors import StageFailed
from tests.avatars.pictures import colourful

RIG = package.load(plain_package(colourful()))


def test_vertices_are_as_near_as_asked() -> None:
    made = dense(RIG, 1 / 30)
    mesh = made.mesh
    corners = mesh.positions[mesh.triangles]
    longest = np.linalg.norm(corners - np.roll(corners, 1, 1), axis=2).max(1)
    on_head = mesh.head[mesh.triangles].mean(1) >= 0.5
    assert longest[on_head].max() <= 1 / 30 and longest.max() <= 2 / 30
    assert mesh.morphs.shape == (len(MORPHS), len(mesh.positions), 3)
    assert len(made.splats.means) == len(mesh.positions)
    np.testing.assert_allclose(np.linalg.norm(made.splats.rotations, axis=1), 1, atol=1e-5)
    with pytest.raises(StageFailed, match="fewer"):
        dense(RIG, 1 / 400)


def test_every_edge_is_known_from_both_sides() -> None:
    pairs = neighbours(np.array([[0, 1, 2], [2, 1, 3]], np.int32))
    assert {(1, 2), (2, 1), (0, 1), (3, 1)} <= {(int(a), int(b)) for a, b in pairs}
    assert len(pairs) == 10


@pytest.mark.parametrize("pose", [{}, {"jawOpen": 1.0}, {"headYaw": 15.0}], ids=str)
def test_it_looks_like_the_portrait(pose: dict[str, float]) -> None:
    made = dense(RIG, 1 / 60)
    mesh, cloud = made.mesh, made.splats
    triangle, corner = of_vertices(len(mesh.positions), mesh.triangles, made.rest)
    splats = Splats(
        triangle, np.eye(3, dtype=np.float32)[corner], cloud.means, cloud.scales, cloud.rotations,
        cloud.colours, cloud.opacities,
    )  # fmt: skip
    cover = Cover(mesh, made.rest, splats)
    scene = SplatScene((cover,), RIG.background, RIG.pivot, RIG.rest_weights)
    values = pose_values(pose)
    drawn = SplatCanvas(scene, 96).draw(values).astype(float)
    error = (drawn - Canvas(RIG, 96).draw(values)) ** 2
    assert 10 * np.log10(255**2 / error.mean()) > 20
