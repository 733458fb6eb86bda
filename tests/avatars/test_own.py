"""Part of the expression in a picture stays in the neutral face."""

import numpy as np
import pytest

from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.own import AGAINST, HEAVY, OWN, with_own
from avatar_serving.media import ARKIT

SMILE, JAW = ARKIT.index("mouthSmileLeft"), ARKIT.index("jawOpen")


def _fit() -> Fit:
    """In the picture the smile is at .8, the jaw at .5."""
    chance = np.random.default_rng(0)
    weights = np.zeros(52, np.float32)
    weights[[SMILE, JAW]] = 0.8, 0.5
    shapes = chance.normal(0, 0.01, (52, 468, 3)).astype(np.float32)
    rest = chance.normal(0, 0.1, (468, 3)).astype(np.float32)
    return Fit(rest, shapes, weights, 0.03, np.eye(3), np.zeros(3))


def _moved(fit: Fit, shape: int, weight: float) -> np.ndarray:
    """The landmarks of the picture with one weight changed."""
    return fit.rest + (weight - fit.weights[shape]) * fit.shapes[shape]


def test_a_calm_mouth_keeps_its_share_of_the_smile() -> None:
    before, after = _fit(), with_own(_fit())
    kept = before.rest - (1 - OWN["mouth"]) * 0.8 * before.shapes[SMILE]
    assert _moved(after, SMILE, 0) == pytest.approx(kept, abs=1e-6)


def test_a_whole_smile_is_as_wide_as_before() -> None:
    before, after = _fit(), with_own(_fit())
    assert _moved(after, SMILE, 1) == pytest.approx(_moved(before, SMILE, 1), abs=1e-6)


def test_a_jaw_closes() -> None:
    before, after = _fit(), with_own(_fit())
    assert after.weights[JAW] == before.weights[JAW]
    assert after.shapes[JAW] == pytest.approx(before.shapes[JAW])


def test_a_frown_takes_the_smile_that_stayed_along() -> None:
    before, after = _fit(), with_own(_fit())
    frown = ARKIT.index("mouthFrownLeft")
    calm = after.rest - after.weights[SMILE] * after.shapes[SMILE]
    kept = OWN["mouth"] * 0.8 * before.shapes[SMILE]
    frowning = calm + before.shapes[frown] - AGAINST["mouthFrown"] * kept
    assert calm + after.shapes[frown] == pytest.approx(frowning, abs=1e-6)
    other = ARKIT.index("mouthFrownRight")
    assert after.shapes[other] == pytest.approx(before.shapes[other])


def test_heavy_brows_rise_less() -> None:
    light, heavy = _fit(), _fit()
    heavy.weights[[ARKIT.index(f"browDown{side}") for side in ("Left", "Right")]] = 1
    rise = ARKIT.index("browInnerUp")
    share = 1 - HEAVY * OWN["brow"]
    assert with_own(heavy).shapes[rise] == pytest.approx(share * heavy.shapes[rise], abs=1e-6)
    assert with_own(light).shapes[rise] == pytest.approx(light.shapes[rise])
