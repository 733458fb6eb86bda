"""A half-turned head of which the photo shows one side only."""

import numpy as np
import pytest

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.far_head import with_far_head
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.mirror import mirror_of
from avatar_serving.avatars.rig import MORPHS, Part
from avatar_serving.avatars.surface import face_surface

SIZE, SCALE = 200, 0.025
NEAR, FAR = 200, 100
"""Grey of the side that is seen, and of the other."""


def turned(degrees: float) -> Fit:
    angle = np.radians(degrees)
    turn = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    rest = (face_basis().points @ turn.T * SCALE).astype(np.float32)
    nothing = np.zeros((52, 468, 3), np.float32)
    return Fit(rest, nothing, nothing[:, 0, 0], SCALE, turn, np.zeros(3))


def skin(fitted: Fit) -> Part:
    """The face, and beside it an ear of one triangle on the side that the turn shows."""
    surface = face_surface()
    ear = np.array([[-8.0, 2, -4], [-8.5, 0, -5], [-8, 3, -5.5]])
    positions = np.concatenate([surface.refined(fitted.rest), fitted.place(ear)])
    count = surface.points
    texture = np.full((SIZE, SIZE, 4), 255, np.uint8)
    middle = int((fitted.rest[:, 0].min() * 0.4 + fitted.rest[:, 0].max() * 0.6 + 0.5) * SIZE)
    texture[:, :middle, :3], texture[:, middle:, :3] = NEAR, FAR
    outline = int((fitted.rest[:, 0].max() + 0.5) * SIZE) + 2
    texture[:, outline:, 3] = 0
    return Part(
        positions=positions.astype(np.float32),
        morphs=np.zeros((len(MORPHS), len(positions), 3), np.float32),
        triangles=np.concatenate([surface.triangles, [[count, count + 1, count + 2]]]),
        head=np.ones(len(positions), np.float32),
        uv=(positions[:, :2] * (1, -1) + 0.5).astype(np.float32),
        texture=texture,
    )


@pytest.mark.weights
def test_the_ear_that_is_seen_is_drawn_before_the_rest_on_the_other_side_in_its_light() -> None:
    fitted = turned(17)
    bare = skin(fitted)
    whole = with_far_head(bare, bare, fitted)
    assert whole.uv is not None and whole.texture is not None
    count = len(bare.positions)
    first = whole.triangles[: len(whole.triangles) - len(bare.triangles)]
    assert first.min() >= count
    mirror = mirror_of(fitted)
    ear = mirror.away(bare.positions[-3:])
    np.testing.assert_allclose(mirror.away(whole.positions[-3:]), -ear, atol=0.03)
    column, row = (whole.uv[-3:].mean(0) * whole.texture.shape[1::-1]).astype(int)
    np.testing.assert_allclose(whole.texture[row, column, :3], FAR, atol=10)


@pytest.mark.weights
def test_photo_takes_it_away() -> None:
    fitted = turned(17)
    bare = skin(fitted)
    whole = with_far_head(bare, bare, fitted)
    there = (whole.positions + whole.morphs[MORPHS.index("photo")])[len(bare.positions) :]
    assert len(there) and np.ptp(there, 0).max() < 1e-5


@pytest.mark.weights
@pytest.mark.parametrize("degrees", [0, 3, 50])
def test_a_head_seen_from_before_or_from_the_side_stays(degrees: float) -> None:
    fitted = turned(degrees)
    bare = skin(fitted)
    assert with_far_head(bare, bare, fitted) is bare
