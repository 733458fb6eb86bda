"""Motion at other rates than it was made."""

import numpy as np
import pytest

from avatar_serving.film.motion import resampled
from avatar_serving.media import CHANNELS, FaceFrame


def moving(count: int) -> tuple[FaceFrame, ...]:
    """A jaw that opens and shuts within two frames, 30 a second."""
    jaw = [1.0 if i % 8 == 4 else 0.0 for i in range(count)]
    return tuple(FaceFrame(i / 30, (j,) * len(CHANNELS)) for i, j in enumerate(jaw))


def test_its_own_rate_changes_nothing() -> None:
    frames = moving(30)
    same = resampled(frames, 30, 1.0)
    assert len(same) == 30
    assert np.allclose([f.values for f in same], [f.values for f in frames], atol=1e-9)


@pytest.mark.parametrize("fps", [24, 25, 50, 60])
def test_other_rates_go_through_the_same_poses_without_overshoot(fps: int) -> None:
    frames = resampled(moving(60), fps, 2.0)
    values = np.array([f.values for f in frames])
    assert len(frames) == 2 * fps
    assert [f.at_s for f in frames[:3]] == [0, 1 / fps, 2 / fps]
    assert values.min() >= 0 and values.max() <= 1
    assert (values[(np.arange(2 * fps) / fps * 30) % 8 <= 2] < 1e-6).all(), "rest stays rest"


def test_one_frame_is_held() -> None:
    assert len(resampled(moving(1), 30, 0.5)) == 15
