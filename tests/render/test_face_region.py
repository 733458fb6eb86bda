"""Where a face is in a frame, and what is blended into it."""

import numpy as np
import pytest

from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.errors import PackageInvalid
from avatar_serving.media import CHANNELS, Window
from avatar_serving.stages.render.face_region import FaceRegion, shut
from tests.avatars.pictures import colourful
from tests.faced import faced_package

SIZE = 256
WHOLE = Window(0, 0, SIZE, SIZE)
STILL = pose_values({})


@pytest.fixture(scope="module")
def region() -> FaceRegion:
    return FaceRegion(faced_package())


def test_a_face_is_found_by_what_its_shapes_move(region: FaceRegion) -> None:
    seen = region.seen(STILL, SIZE, WHOLE)
    assert 40 < seen.left < 70 and 186 < seen.right < 216
    assert 210 < seen.bottom < 235, "a little below the chin"
    halfway = (seen.top + seen.bottom) / 2
    assert 0.41 * SIZE < halfway < 0.68 * SIZE, "between lids and lips"


def test_it_goes_with_the_head_the_size_and_the_window(region: FaceRegion) -> None:
    seen = region.seen(STILL, SIZE, WHOLE)
    rolled = region.seen(pose_values({"headRoll": 10.0}), SIZE, WHOLE)
    assert abs(rolled.left + rolled.right - seen.left - seen.right) > 10
    half = region.seen(STILL, SIZE // 2, Window(10, 20, 100, 100))
    assert half.left == pytest.approx(seen.left / 2 - 10)
    assert half.bottom == pytest.approx(seen.bottom / 2 - 20)


@pytest.mark.parametrize("window", [WHOLE, Window(60, 100, 120, 110)])
def test_only_the_lower_half_is_drawn_anew_and_softly(region: FaceRegion, window: Window) -> None:
    seen = region.seen(STILL, SIZE, window)
    frame = np.full((window.height, window.width, 3), 200, np.uint8)
    face = seen.crop(frame, 64)
    assert face.shape == (64, 64, 3) and (face == 200).all()
    assert (seen.put_back(frame, face) == frame).all(), "the same face leaves the frame as it is"
    drawn = seen.put_back(frame, np.zeros_like(face)).astype(int)[..., 0]
    halfway = int((seen.top + seen.bottom) / 2)
    assert (drawn[:halfway] == 200).all()
    middle = int((seen.left + seen.right) / 2)
    mouth = int(seen.bottom - (seen.bottom - seen.top) / 4)
    assert drawn[mouth, middle] < 5
    assert np.abs(np.diff(drawn, axis=0)).max() < 60, "no edge"


def test_a_shut_face_keeps_its_mood_and_says_nothing() -> None:
    told = pose_values({"jawOpen": 0.5, "mouthFunnel": 0.3, "mouthSmileLeft": 0.4, "headYaw": 7.0})
    kept = {n: v for n, v in zip(CHANNELS, shut(told), strict=True) if v}
    assert kept == {"mouthSmileLeft": 0.4, "headYaw": 7.0}


def test_a_face_that_nothing_tells_is_refused() -> None:
    with pytest.raises(PackageInvalid, match="moves nothing"):
        FaceRegion(plain_package(colourful()))
