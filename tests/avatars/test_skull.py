"""The head behind the face: profiles of a made-up one, and the astronaut's."""

from dataclasses import replace

import numpy as np
import pytest

from avatar_serving.avatars import portrait
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.portrait import Portrait
from avatar_serving.avatars.rig import Floats, PortraitRig, pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.skull import DIRECTIONS, STEPS, Skull
from avatar_serving.faces import FaceFinder
from tests.avatars.pictures import astronaut

SIZE = 256


def test_the_head_falls_away_from_the_outline_of_the_face_to_its_own() -> None:
    middle, one = np.array([0.1, 0.05]), np.ones(DIRECTIONS)
    drop = np.tile(np.linspace(0, 0.3, STEPS), (DIRECTIONS, 1))
    skull = Skull(middle, 0.2 * one, 0.4 * one, 0.4 * one, drop)
    for angle in (0.0, 1.0, 3.13, -3.13, -0.01):
        way = np.array([np.cos(angle), np.sin(angle)])
        places = middle + way * np.array([[0.1], [0.2], [0.3], [0.4], [0.6]])
        np.testing.assert_allclose(skull.behind(places), [0, 0, 0.15, 0.3, 0.3], atol=1e-6)


@pytest.fixture(scope="module")
def rig() -> PortraitRig:
    *_, made = portrait.build(astronaut(), FaceFinder(), 384)
    assert isinstance(made, Portrait)
    return made.rig


def pose_skin(rig: PortraitRig, yaw: float) -> Floats:
    return pose(rig, pose_values({"headYaw": yaw})).skin


def without_back(rig: PortraitRig) -> PortraitRig:
    """The band is what is drawn first: everything before the first triangle of the face."""
    first = int(np.flatnonzero((rig.skin.triangles < 468).any(1))[0])
    assert first > 50
    return replace(rig, skin=replace(rig.skin, triangles=rig.skin.triangles[first:]))


@pytest.mark.weights
def test_the_back_of_the_head_does_not_show_in_the_photo(rig: PortraitRig) -> None:
    whole, bare = Canvas(rig, SIZE), Canvas(without_back(rig), SIZE)
    apart = whole.draw(rig.rest_weights, 1.0).astype(int) - bare.draw(rig.rest_weights, 1.0)
    assert np.abs(apart).max() < 16
    assert (apart != 0).any(2).mean() < 0.002


@pytest.mark.weights
@pytest.mark.parametrize("yaw", [-25.0, 25.0])
def test_a_turned_head_shows_its_back_where_there_would_be_background(
    rig: PortraitRig, yaw: float
) -> None:
    """On the side that turns towards the viewer, and in no opening of the face."""
    whole, bare = Canvas(rig, SIZE), Canvas(without_back(rig), SIZE)
    values = pose_values({"headYaw": yaw, "jawOpen": 0.5})
    more = (whole.draw(values).astype(int) != bare.draw(values)).any(2)
    assert more.sum() > 20
    columns = np.flatnonzero(more.any(0))
    assert (columns < SIZE / 2).all() if yaw > 0 else (columns > SIZE / 2).all()
    nose = (0.5 - pose_skin(rig, yaw)[1, 1]) * SIZE
    assert more[int(nose) + 1 :].sum() > 10, "the jaw below the ear"


@pytest.mark.weights
def test_a_head_is_about_half_as_long_again_as_its_face_is_wide(rig: PortraitRig) -> None:
    skin = rig.skin
    face = skin.positions[:468]
    head = skin.positions[skin.head > 0.9]
    assert 1.2 < np.ptp(head[:, 2]) / np.ptp(face[:, 0]) < 2


@pytest.mark.weights
def test_the_back_is_drawn_only_where_it_faces_the_viewer(rig: PortraitRig) -> None:
    shown = [len(Canvas(rig, SIZE).facing(pose_skin(rig, yaw))) for yaw in (0.0, 25.0)]
    assert shown[0] == len(without_back(rig).skin.triangles)
    assert shown[0] < shown[1] < len(rig.skin.triangles)
