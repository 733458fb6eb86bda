"""What moves in a drawn face stays within its outline."""

import numpy as np

from avatar_serving.avatars.lips import opening
from avatar_serving.drawings.shapes import NEAREST, OUTLINE_SHAPES, kept_within, round_mouth
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER, OVAL
from avatar_serving.media import ARKIT

CORNER, OTHER = LIPS_OUTER[0], LIPS_OUTER[10]


def a_face() -> np.ndarray:
    """A round one of radius 1, all else in its middle but for one corner of the mouth near its
    edge."""
    face = np.zeros((468, 3))
    turn = np.linspace(0, 2 * np.pi, len(OVAL), endpoint=False)
    face[list(OVAL), :2] = np.stack([np.cos(turn), np.sin(turn)], 1)
    face[CORNER, 0] = 0.9
    return face


def test_a_corner_near_the_outline_goes_only_half_the_way_to_it() -> None:
    face = a_face()
    shapes = np.zeros((52, 468, 3))
    smile = ARKIT.index("mouthSmileLeft")
    shapes[smile, CORNER] = 0.3, 0.04, 0.02
    shapes[smile, OTHER] = 0.3, 0.04, 0.02
    kept = kept_within(shapes, face)
    assert np.allclose(kept[smile, CORNER], (NEAREST * 0.1, 0.04, 0.02), atol=0.004)
    assert (kept[smile, OTHER] == shapes[smile, OTHER]).all(), "there is room"


def test_only_jaws_and_cheeks_full_of_air_move_the_outline() -> None:
    shapes = np.random.default_rng(1).normal(size=(52, 468, 3))
    kept = kept_within(shapes, a_face())
    moving = {ARKIT[i] for i in np.flatnonzero(np.abs(kept[:, list(OVAL)]).max((1, 2)))}
    assert moving == set(OUTLINE_SHAPES)


def test_a_jaw_opens_a_drawn_mouth_as_a_round_that_its_closing_shuts() -> None:
    face = canonical_mesh()[0].astype(np.float64)
    seam = face[LIPS_INNER[5], 1]
    shapes = np.zeros((52, 468, 3))
    jaw = shapes[ARKIT.index("jawOpen")]
    jaw[:, 1] = np.where(face[:, 1] < seam + 1e-6, -2.0, 0)
    jaw[list(LIPS_INNER[:1] + LIPS_INNER[10:11]), 1] = -1
    round_mouth(shapes, face)
    gap = opening(jaw)
    assert (np.diff(gap[:5]) > 0).all()
    assert (np.diff(gap[4:]) < 0).all()
    assert gap[[0, -1]].max() < 0.7 * gap[4]
    assert jaw[LIPS_INNER[0], 1] > -0.5, "corners stay up"
    assert np.allclose(opening(shapes[ARKIT.index("mouthClose")]), -gap)
