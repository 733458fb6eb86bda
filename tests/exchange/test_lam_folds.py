"""What is folded away, in LAM packages: out of sight, and back where it unfolds."""

import numpy as np

from avatar_serving.avatars import package, splat_refine
from avatar_serving.avatars.rig import pose_part
from avatar_serving.avatars.splat_scene import NEUTRAL
from avatar_serving.exchange.lam_folds import BEHIND, INSIDE, facing_of, put_away, stay
from avatar_serving.media import ARKIT
from tests.avatars.lidded import lidded_package

BLINK, TONGUE = ARKIT.index("eyeBlinkLeft"), ARKIT.index("tongueOut")


def folded_lid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A flat skin at z = 0, and before it one column of a lid, 3 splats folded to one place, that a
    blink unrolls from .02 above to .04 below."""
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, 41), np.linspace(-0.2, 0.2, 41))
    skin = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], 1)
    means = np.concatenate([skin, [[0, 0, 0.008]] * 3]).astype(np.float32)
    morphs = np.zeros((len(ARKIT), *means.shape), np.float32)
    morphs[BLINK, -3:, 1] = [0.02, -0.01, -0.04]
    return means, morphs, np.arange(len(means)) >= len(skin)


def test_a_lid_waits_under_the_skin_above_the_eye_and_ends_where_it_did() -> None:
    means, morphs, folded = folded_lid()
    opened_by = np.full(len(means), BLINK)
    waiting, changed = put_away(means, morphs, folded, opened_by)
    np.testing.assert_allclose(waiting[-3:, 2], -BEHIND, atol=1e-6)
    assert waiting[-1, 1] > 0 and (np.diff(waiting[-3:, 1]) < 0).all(), "slid up as a whole"
    np.testing.assert_allclose(np.diff(waiting[-3:, 1]), [-0.03, -0.03], atol=1e-6)
    np.testing.assert_allclose((waiting + changed[BLINK]), means + morphs[BLINK], atol=1e-6)
    np.testing.assert_array_equal(waiting[:-3], means[:-3])
    others = np.arange(len(ARKIT)) != BLINK
    np.testing.assert_array_equal(changed[others], morphs[others])


def test_what_is_no_lid_waits_behind_its_place() -> None:
    means, morphs, folded = folded_lid()
    opened_by = np.full(len(means), TONGUE)
    waiting, changed = put_away(means, morphs, folded, opened_by)
    np.testing.assert_allclose(waiting[-3:], means[-3:] - [0, 0, INSIDE], atol=1e-6)
    np.testing.assert_allclose(waiting + changed[TONGUE], means + morphs[TONGUE], atol=1e-6)


def test_what_a_shape_folds_away_stays_on_the_skin() -> None:
    means = np.array([[0, 0, 0], [0.1, 0, 0], [0.01, 0, 0.005]], np.float32)
    smile = np.array([[0, 0.02, 0], [0, 0.04, 0], [0.3, 0, -0.006]], np.float32)
    ribbon = np.array([False, False, True])
    stay(means, smile, ribbon, ~ribbon)
    np.testing.assert_allclose(smile, [[0, 0.02, 0], [0, 0.04, 0], [0, 0.02, 0]])


def test_a_triangle_that_turns_over_is_told_by_its_front() -> None:
    layer = splat_refine.from_rig(package.load(lidded_package(220)), 1 / 40).layers[-1]
    posed = pose_part(layer.mesh, (0.0, 0.0, 0.0), NEUTRAL)
    front = facing_of(layer.splats, layer.mesh.triangles, posed)
    behind = facing_of(layer.splats, layer.mesh.triangles, posed * np.float32([-1, 1, 1]))
    np.testing.assert_allclose(behind, -front, atol=1e-9)
    assert (np.abs(front) > 0).any()


def test_a_folded_strip_learns_no_colours_of_the_open_eye() -> None:
    rig = package.load(lidded_package(220))
    layer = splat_refine.from_rig(rig, 1 / 40).layers[-1]
    corners = layer.mesh.positions[layer.mesh.triangles]
    away = (layer.rest != corners).any((1, 2))[layer.splats.triangle]
    np.testing.assert_allclose(layer.splats.colours[away], 220 / 255, atol=0.01)
