from collections.abc import AsyncGenerator

import numpy as np
import pytest
import skimage.data
from numpy.typing import NDArray

from avatar_serving import weights
from avatar_serving.errors import ImageRejected, InvalidRequest
from avatar_serving.images import decode, from_array, to_array
from avatar_serving.media import Check, Image, Review
from avatar_serving.training.options import Checked
from avatar_serving.training.pictures import crops, decent

ASTRONAUT: NDArray[np.uint8] = np.array(skimage.data.astronaut(), np.uint8)


def of_one_person() -> list[Image]:
    changed = ASTRONAUT[:, ::-1], ASTRONAUT[:400, :400], (ASTRONAUT * 0.7).astype(np.uint8)
    return [from_array(np.ascontiguousarray(each)) for each in (ASTRONAUT, *changed)]


@pytest.mark.weights
def test_each_is_cut_to_head_and_shoulders() -> None:
    cut = crops(of_one_person(), 64)
    assert [each.shape for each in cut] == [(64, 64, 3)] * 4
    whole, mirrored, _, darker = cut
    assert (whole != mirrored).any()
    assert 0.6 < darker.mean() / whole.mean() < 0.8


@pytest.mark.parametrize("count", [3, 21])
def test_too_few_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(InvalidRequest, match=f"4 to 20 pictures are needed, not {count}"):
        crops([from_array(ASTRONAUT)] * count, 64)


@pytest.mark.weights
def test_another_person_is_refused() -> None:
    other = decode(weights.path("portrait-admiral").read_bytes())
    with pytest.raises(ImageRejected, match="Picture 5 seems to show another person"):
        crops([*of_one_person(), other], 64)


@pytest.mark.weights
def test_every_picture_needs_one_face() -> None:
    nobody = from_array(np.zeros((300, 300, 3), np.uint8))
    with pytest.raises(ImageRejected, match="Picture 5 has 0 faces"):
        crops([*of_one_person(), nobody], 64)
    two = np.hstack([to_array(of_one_person()[0]), ASTRONAUT])
    with pytest.raises(ImageRejected, match="Picture 5 has 2 faces"):
        crops([*of_one_person(), from_array(two)], 64)


class Looks:
    """Finds dark pictures unfit to be shown."""

    async def run(self, request: Image, /) -> AsyncGenerator[Review, None]:
        verdict = "refused" if request.rgb[0] < 100 else "good"
        yield Review((Check("nsfw", 0.5, verdict, "why"),))


async def test_a_sample_that_may_not_be_shown_is_grey() -> None:
    """It is drawn by the model, and clients see it."""
    bright, dark = (Checked(50, 0.1, np.full((8, 8, 3), tone, np.uint8)) for tone in (200, 20))
    assert await decent(Looks(), bright) is bright
    shown = await decent(Looks(), dark)
    assert (shown.sample == 128).all() and (shown.step, shown.loss) == (50, 0.1)
