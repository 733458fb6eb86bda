"""Lids and lips of the mean face, and of one that smiled into the camera."""

import numpy as np
import pytest

from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.correctives import BLINKS, OVERLAP, close_lids
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.lips import CORNERS, close_lips, shaped_lips
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import lid_pairs, lip_pairs
from avatar_serving.media import ARKIT

pytestmark = pytest.mark.weights
WIDTH_CM = 14.0


def mean_fit(smile_cm: float = 0.0) -> Fit:
    """Centimetres. The corners of the mouth and what is near them lie *smile_cm* higher."""
    basis = face_basis()
    rest = basis.points.copy()
    for corner in CORNERS:
        apart = np.linalg.norm(basis.points - basis.points[corner], axis=1)
        rest[:, 1] += smile_cm * np.exp(-((apart / 1.5) ** 2))
    return Fit(rest, basis.shapes, np.zeros(len(ARKIT)), 1.0, np.eye(3), np.zeros(3))


def rims(face: Floats, pairs: list[tuple[int, int]]) -> tuple[Floats, Floats]:
    upper, lower = np.array(pairs).T
    return face[upper], face[lower]


@pytest.mark.parametrize(("blink", "ring"), [(name, ring) for name, ring, _ in BLINKS])
def test_lids_meet_above_the_open_eye_s_lower_edge(blink: str, ring: tuple[int, ...]) -> None:
    fit = mean_fit()
    shut = fit.rest + close_lids(fit, WIDTH_CM)[ARKIT.index(blink)]
    upper, lower = rims(shut, lid_pairs(ring))
    assert lower[:, 1] - upper[:, 1] == pytest.approx(OVERLAP * WIDTH_CM, abs=1e-4)
    before_upper, before_lower = rims(fit.rest, lid_pairs(ring))
    raised = (lower - before_lower)[:, 1] / (before_upper - before_lower)[:, 1]
    assert 0.03 < raised[len(raised) // 2] < 0.4


def test_a_funnel_opens_round_and_narrower_than_the_mouth() -> None:
    fit = mean_fit()
    shut = fit.rest + close_lips(fit)
    face = shut + shaped_lips(fit, shut)[ARKIT.index("mouthFunnel")]
    upper, lower = rims(face, lip_pairs())
    gap, width = upper[:, 1] - lower[:, 1], np.ptp(face[list(CORNERS), 0])
    assert gap.max() > 0.3 * width
    ends = 2 * np.abs(upper[[0, -1], 0] - face[list(CORNERS), 0].mean()) / width
    assert (gap[[0, -1]] < 0.6 * gap.max() * np.sqrt(1 - ends**2)).all()


@pytest.mark.parametrize("smile_cm", [0.0, 0.6])
@pytest.mark.parametrize("rounded", ["mouthPucker", "mouthFunnel"])
def test_a_mouth_that_rounds_arches_its_upper_lip(smile_cm: float, rounded: str) -> None:
    fit = mean_fit(smile_cm)
    shapes = shaped_lips(fit, fit.rest)
    face = fit.rest + shapes[ARKIT.index(rounded)] + 0.2 * shapes[ARKIT.index("jawOpen")]
    upper, lower = rims(face, lip_pairs())
    corners = face[list(CORNERS), 1].mean()
    assert upper[len(upper) // 2, 1] > corners > lower[len(lower) // 2, 1]


@pytest.mark.parametrize("smile_cm", [0.0, 0.6])
@pytest.mark.parametrize("aside", ["mouthLeft", "jawRight"])
def test_lips_stay_shut_where_one_slides_along_the_other(smile_cm: float, aside: str) -> None:
    fit = mean_fit(smile_cm)
    shut = fit.rest + close_lips(fit)
    upper, lower = rims(shut + shaped_lips(fit, shut)[ARKIT.index(aside)], lip_pairs())
    order = np.argsort(lower[:, 0])
    inside = (upper[:, 0] > lower[:, 0].min()) & (upper[:, 0] < lower[:, 0].max())
    below = np.interp(upper[inside, 0], *lower[order, :2].T)
    assert (upper[inside, 1] - below).max() < 5e-4 * WIDTH_CM
