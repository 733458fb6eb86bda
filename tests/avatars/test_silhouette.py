from dataclasses import replace

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.overhang import covered_by
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.silhouette import out_to_silhouette
from avatar_serving.avatars.surface import face_surface
from avatar_serving.avatars.textures import Mask, grown, to_pixels
from avatar_serving.media import ARKIT

SIZE = 256


def _turned(yaw: float) -> Fit:
    """The mean face, turned by *yaw* degrees."""
    points = face_basis().points.astype(np.float32)
    turn = Rotation.from_euler("y", yaw, degrees=True).as_matrix()
    rest = (points @ turn.T).astype(np.float32)
    rest[:, :2] -= rest[:, :2].mean(0)
    scale = 0.4 / float(np.ptp(rest[:, 0]))
    return Fit(
        rest * np.float32(scale), np.zeros((len(ARKIT), len(rest), 3), np.float32),
        np.zeros(len(ARKIT), np.float32), scale, turn, np.zeros(3),
    )  # fmt: skip


def _covered(fitted: Fit) -> Mask:
    surface = face_surface()
    face = to_pixels(surface.refined(fitted.rest), SIZE)
    return covered_by(face, surface.triangles, SIZE)


def _person(fitted: Fit, wider_px: int) -> Floats:
    """The matte of somebody whose face ends *wider_px* outside the landmarks, on a neck."""
    matte = grown(_covered(fitted), wider_px).astype(np.float32)
    matte[SIZE // 2 :, SIZE // 3 : 2 * SIZE // 3] = 1
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 1), np.float32)


def test_a_cheek_that_ends_a_little_further_out_is_taken_in() -> None:
    fitted = _turned(35)
    matte = _person(fitted, 4)
    cheek = slice(SIZE // 3, SIZE // 2)
    missing = [
        float((matte[cheek] > 0.6)[~_covered(one)[cheek]].sum())
        for one in (fitted, out_to_silhouette(fitted, matte))
    ]
    assert missing[0] > 300
    assert missing[1] < 0.25 * missing[0]


def test_what_is_far_inside_stays_and_so_does_depth() -> None:
    fitted = _turned(35)
    found = out_to_silhouette(fitted, _person(fitted, 4))
    np.testing.assert_array_equal(found.rest[:, 2], fitted.rest[:, 2])
    nose = 4
    assert np.abs(found.rest[nose] - fitted.rest[nose]).max() < 0.001


def test_hair_or_a_neck_is_no_cheek() -> None:
    fitted = _turned(20)
    assert out_to_silhouette(fitted, np.ones((SIZE, SIZE), np.float32)) is fitted
    exact = replace(fitted, rest=fitted.rest.copy())
    moved = out_to_silhouette(exact, _person(fitted, 40))
    assert np.abs(moved.rest - fitted.rest).max() < 0.002
