"""Drawings become avatars that blink and speak."""

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.avatars import package
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.drawings.look import is_drawn
from avatar_serving.errors import ImageRejected
from avatar_serving.faces import FaceFinder
from avatar_serving.flow import collect, last
from avatar_serving.media import ReconstructRequest, Review
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig
from avatar_serving.stages.review.measured import MeasuredReviewConfig
from tests.avatars.pictures import astronaut
from tests.drawings.pictures import Style, drawing

pytestmark = pytest.mark.weights
SIZE = 512


@pytest.fixture(scope="module")
def canvas() -> Canvas:
    return Canvas(package.load(made(drawing())), SIZE)


def made(picture: NDArray[np.uint8]) -> bytes:
    import asyncio

    stage = PortraitReconstructConfig(size_px=SIZE).build()
    *_, content = asyncio.run(collect(stage.run(ReconstructRequest(images.from_array(picture)))))
    assert isinstance(content, bytes)
    assert package.inspect(content).engine.name == "drawing"
    return content


def drawn(canvas: Canvas, **named: float) -> NDArray[np.float32]:
    return canvas.draw(pose_values(named)).astype(np.float32)


def test_at_rest_it_is_the_drawing(canvas: Canvas) -> None:
    change = np.abs(canvas.draw(pose_values({}), photo=1.0).astype(np.float32) - drawn(canvas))
    assert change.mean() < 1


def test_a_blink_hides_the_irises(canvas: Canvas) -> None:
    open_eyes, shut = blue(drawn(canvas)), blue(drawn(canvas, eyeBlink=1.0))
    assert open_eyes > 800 and shut < 0.03 * open_eyes


def blue(frame: NDArray[np.float32]) -> int:
    """Pixels of the iris's colour."""
    return int((np.abs(frame - (60, 120, 200)).max(2) < 40).sum())


def test_the_line_opens_into_a_dark_mouth(canvas: Canvas) -> None:
    dark = [
        int((np.abs(drawn(canvas, jawOpen=jaw) - (112, 40, 46)).max(2) < 30).sum())
        for jaw in (0.0, 0.5, 1.0)
    ]
    assert dark[0] < 0.4 * dark[1] and 100 < dark[1] < dark[2]


def test_photos_are_not_taken_for_drawings() -> None:
    finder, photo = FaceFinder(), astronaut()
    assert not is_drawn(photo, finder.find(photo)[0])


async def test_a_review_shows_what_it_measured() -> None:
    review = await reviewed(Style())
    assert review.refused is None and review.checks[-1].name == "drawing"
    assert review.measured[8:12] == b"WEBP"


async def test_a_drawing_without_a_mouth_is_refused() -> None:
    style = Style(mouth="none", fringe=False)
    review = await reviewed(style)
    assert review.refused is not None and "mouth" in review.refused.reason
    assert review.measured
    stage = PortraitReconstructConfig(size_px=SIZE).build()
    with pytest.raises(ImageRejected, match="mouth"):
        await collect(stage.run(ReconstructRequest(images.from_array(drawing(style)))))


async def test_a_wink_is_refused() -> None:
    review = await reviewed(Style(winks=True))
    assert review.refused is not None and review.refused.name == "drawing"


async def reviewed(style: Style) -> Review:
    return await last(MeasuredReviewConfig().build().run(images.from_array(drawing(style))))
