import numpy as np
import pytest

from avatar_serving.faces import topology
from avatar_serving.faces.canonical import canonical_face, canonical_mesh


@pytest.mark.weights
def test_mesh_is_the_face_it_should_be() -> None:
    vertices, uv, triangles = canonical_mesh()
    assert vertices.shape == (468, 3) and uv.shape == (468, 2) and triangles.shape == (898, 3)
    assert triangles.min() == 0 and triangles.max() == 467
    assert vertices[topology.NOSE_TIP, 2] > vertices[:, 2].max() - 0.2, "the nose is nearest"
    assert vertices[topology.RIGHT_EYE[0], 0] < 0 < vertices[topology.LEFT_EYE[0], 0]
    assert uv[topology.FOREHEAD, 1] < uv[topology.CHIN, 1]


@pytest.mark.weights
def test_triangles_face_outwards() -> None:
    vertices, _, triangles = canonical_mesh()
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).mean() > 0.95


@pytest.mark.weights
def test_rigid_landmarks_have_weights() -> None:
    face = canonical_face()
    assert len(face.rigid) == len(face.rigid_weights) == 33
    assert (face.rigid_weights > 0).all() and face.rigid.max() < 468


def test_rings_are_rings() -> None:
    rings = (topology.OVAL, topology.LIPS_OUTER, topology.LIPS_INNER)
    for ring in (*rings, topology.LEFT_EYE, topology.RIGHT_EYE):
        assert len(set(ring)) == len(ring)
    assert len(topology.LIPS_OUTER) == len(topology.LIPS_INNER) == 20
    assert len(topology.BLENDSHAPE_INPUT) == 146 and len(topology.BLENDSHAPE_OUTPUT) == 52
