"""Heads laid out flat, of faces whose landmarks are made up."""

import numpy as np
import pytest

from avatar_serving.avatars.head_map import HeadView, canonical_layout, gathered, places, unrolled

SIDE, MAP = 64, 48
LAYOUT = (0.5 + 0.2 * np.random.default_rng(0).uniform(-1, 1, (468, 2))).astype(np.float32)
RAMP = np.linspace(0, 255, SIDE).astype(np.uint8)
PICTURE = np.dstack([*np.broadcast_arrays(RAMP, RAMP[:, None]), np.full((SIDE, SIDE), 90, "u1")])
SOLID = np.full((SIDE, SIDE), 255, np.uint8)


def view(landmarks=LAYOUT, picture=PICTURE, alpha=SOLID):
    return HeadView(np.ascontiguousarray(picture), alpha, landmarks.astype(np.float32))


def test_a_face_where_the_map_has_it_is_unrolled_to_itself():
    shown, hits = unrolled(view(), LAYOUT, SIDE)
    inner = slice(4, -4)
    assert np.abs(shown[inner, inner].astype(int) - PICTURE[inner, inner]).max() <= 4
    assert hits[inner, inner].mean() == pytest.approx(1, abs=0.05), "one pixel shows one place"


def test_pose_and_place_in_the_picture_do_not_matter():
    """The same colours under landmarks that are turned, smaller and elsewhere."""
    turn = 0.6 * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    moved = (LAYOUT - 0.5) @ turn.T + [0.55, 0.45]
    rows, columns = np.mgrid[:SIDE, :SIDE]
    there = (np.stack([columns, rows], -1) + 0.5) / SIDE
    back = np.clip((there - [0.55, 0.45]) @ np.linalg.inv(turn).T + 0.5, 0, 1)
    picture = np.dstack([back * 255, np.full((SIDE, SIDE), 90)]).astype(np.uint8)
    straight, turned = (unrolled(v, LAYOUT, MAP)[0] for v in (view(), view(moved, picture)))
    face = slice(round(0.35 * MAP), round(0.65 * MAP))
    assert np.abs(straight[face, face].astype(int) - turned[face, face]).max() <= 8


def test_what_is_not_there_or_faces_away_is_not_seen():
    half = SOLID.copy()
    half[:, : SIDE // 2] = 0
    shown, hits = unrolled(view(alpha=half), LAYOUT, MAP)
    assert not hits[:, : MAP // 2 - 2].any() and not shown[:, : MAP // 2 - 2].any()
    folded = LAYOUT.copy()
    folded[:, 0] = 0.5 + 0.3 * np.sin((LAYOUT[:, 0] - 0.4) * np.pi / 0.2)  # past 0.5 it goes back
    hits = unrolled(view(folded), LAYOUT, MAP)[1][MAP // 2]
    low, high = round(0.33 * MAP), round(0.67 * MAP)
    assert 0.2 < (hits[low:high] > 0).mean() < 0.9


def test_pictures_add_up():
    left, right = SOLID.copy(), SOLID.copy()
    left[:, SIDE // 2 :], right[:, : SIDE // 2] = 0, 0
    red, blue = (np.full((SIDE, SIDE, 3), tone, np.uint8) for tone in ((255, 0, 0), (0, 0, 255)))
    views = [view(picture=red, alpha=left), view(picture=blue, alpha=right)]
    both = gathered(views, LAYOUT, MAP)
    assert both.shape == (MAP, MAP, 4) and both.max() <= 1
    quarter, row = MAP // 4, MAP // 2
    np.testing.assert_allclose(both[row, quarter, :3], [1, 0, 0], atol=0.02)
    np.testing.assert_allclose(both[row, -quarter, :3], [0, 0, 1], atol=0.02)
    mean = gathered([view(picture=red), view(picture=blue)], LAYOUT, MAP)[row, row, :3]
    np.testing.assert_allclose(mean, [0.5, 0, 0.5], atol=0.02)
    assert gathered(views[:1], LAYOUT, MAP)[row, -quarter, 3] == 0


def test_a_head_is_peeled_beyond_its_outline():
    points = np.array([[0.5, 0.45], [0.6, 0.5]])
    front, behind = (places(points, np.full(2, away), view(), LAYOUT) for away in (False, True))
    np.testing.assert_allclose(front, points, atol=1e-3)
    radius = np.linalg.norm(np.stack([front, behind]) - 0.5, axis=2)
    assert (radius[1] >= 0.3).all() and radius[1, 0] > radius[1, 1]


@pytest.mark.weights
def test_eyes_and_mouth_have_their_places():
    layout = canonical_layout()
    assert 0.28 < layout.min() and layout.max() < 0.72
    right_eye, left_eye, mouth = layout[33], layout[263], layout[13]
    assert right_eye[0] < mouth[0] < left_eye[0] and right_eye[1] < mouth[1]
