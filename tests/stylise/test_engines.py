import numpy as np
import pytest
import pytest_asyncio
import skimage.data
from numpy.typing import NDArray
from pydantic import TypeAdapter

from avatar_serving.errors import ImageRejected, InvalidRequest
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.crop import crop_face, fine_detail
from avatar_serving.flow import collect
from avatar_serving.images import from_array, resize, to_array
from avatar_serving.media import Image, Look, Progress, StyliseRequest
from avatar_serving.stages.base import Stylise
from avatar_serving.stages.stylise import StyliseConfig
from avatar_serving.stages.stylise.classic import ClassicStyliseConfig
from avatar_serving.stages.stylise.none import NoStyliseConfig

ASTRONAUT = from_array(np.array(skimage.data.astronaut(), np.uint8))


@pytest.fixture(scope="module")
def classic() -> Stylise:
    return ClassicStyliseConfig(restore_face_px=48).build()


async def changed(stage: Stylise, look: Look, image: Image = ASTRONAUT) -> NDArray[np.uint8]:
    """The result, after checking the shape of the stream."""
    *progress, result = await collect(stage.run(StyliseRequest(image, look)))
    assert isinstance(result, Image)
    assert all(isinstance(item, Progress) and item.message for item in progress)
    fractions = [item.fraction for item in progress if isinstance(item, Progress)]
    assert fractions == sorted(fractions) and all(0 <= f <= 1 for f in fractions)
    return to_array(result)


def difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(int) - other).mean())


def test_the_engine_is_chosen_by_name() -> None:
    config: object = TypeAdapter(StyliseConfig).validate_python({"engine": "classic"})
    assert isinstance(config, ClassicStyliseConfig)
    assert "style-multi" in config.required_weights()


def test_styles_have_unique_ids_and_names() -> None:
    styles = ClassicStyliseConfig().styles()
    assert styles[:2] == (("none", "Photo"), ("anime", "Anime"))
    assert len(styles) > 15
    assert len({style for style, _ in styles}) == len({name for _, name in styles}) == len(styles)


async def test_none_returns_the_picture_and_refuses_looks() -> None:
    stage = NoStyliseConfig().build()
    assert (await changed(stage, Look()) == to_array(ASTRONAUT)).all()
    with pytest.raises(InvalidRequest):
        await changed(stage, Look(style="anime"))


@pytest_asyncio.fixture(scope="module")
async def grey(classic: Stylise) -> NDArray[np.uint8]:
    """The person before a grey wall."""
    return await changed(classic, Look(background="#808080"))


@pytest_asyncio.fixture(scope="module")
async def photo(classic: Stylise) -> NDArray[np.uint8]:
    """The portrait as it is cut out of the picture, with nothing changed in it."""
    return await changed(classic, Look(style="ember", strength=0.0))


@pytest.mark.weights
async def test_nothing_asked_nothing_changed(classic: Stylise) -> None:
    assert (await changed(classic, Look()) == to_array(ASTRONAUT)).all()


@pytest.mark.weights
@pytest.mark.parametrize(
    ("look", "param"),
    [
        (Look(style="cubist"), "look.style"), (Look(style="image"), "look.style_image"),
        (Look(background="red"), "look.background"),
        (Look(style="ember", strength=2), "look.strength"),
    ],
)  # fmt: skip
async def test_wrong_looks_are_refused(classic: Stylise, look: Look, param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await changed(classic, look)
    assert caught.value.param == param


@pytest.mark.weights
async def test_without_a_face_there_is_nothing_to_change(classic: Stylise) -> None:
    grey = from_array(np.full((300, 300, 3), 128, np.uint8))
    with pytest.raises(ImageRejected):
        await changed(classic, Look(style="anime"), grey)


@pytest.mark.weights
@pytest.mark.parametrize("style", ["anime", "impressionist", "blueprint", "image"])
async def test_a_style_changes_the_picture_and_keeps_the_face(
    classic: Stylise, grey: NDArray[np.uint8], style: str
) -> None:
    model = from_array(np.array(skimage.data.coffee(), np.uint8))
    styled = await changed(classic, Look(style=style, strength=0.8, style_image=model))
    (before,), (after,) = FaceFinder().find(grey), FaceFinder().find(styled)
    assert styled.shape == grey.shape == (768, 768, 3)
    error = np.linalg.norm(before.landmarks[:, :2] - after.landmarks[:, :2], axis=1).mean()
    assert error < 0.04 * before.width
    inside = slice(300, 440), slice(300, 440)
    assert difference(styled[inside], grey[inside]) > 5


@pytest.mark.weights
async def test_strength_is_how_much(classic: Stylise, photo: NDArray[np.uint8]) -> None:
    weak = await changed(classic, Look(style="ember", strength=0.2))
    strong = await changed(classic, Look(style="ember", strength=0.9))
    assert difference(photo, weak) < difference(photo, strong)


@pytest.mark.weights
async def test_backgrounds(classic: Stylise, photo: NDArray[np.uint8]) -> None:
    wall = slice(20, 200), slice(620, 740)
    blue = await changed(classic, Look(background="#0000ff"))
    assert np.abs(blue[wall].astype(int) - (0, 0, 255)).max() <= 6
    behind = from_array(np.full((50, 80, 3), (9, 200, 9), np.uint8))
    green = await changed(classic, Look(background_image=behind))
    assert np.abs(green[wall].astype(int) - (9, 200, 9)).max() <= 6
    blurred = await changed(classic, Look(background="blur"))
    assert blurred[wall].std() < photo[wall].std()
    face = slice(300, 420), slice(330, 430)
    for picture in (blue, green, blurred):
        assert difference(picture[face], photo[face]) < 1, "the person stays"


@pytest.mark.weights
async def test_restoring_adds_detail_and_keeps_the_person(classic: Stylise) -> None:
    small = resize(ASTRONAUT, 300, 300)
    photo = await changed(classic, Look(style="ember", strength=0.0), small)
    restored = await changed(classic, Look(restore=True), small)
    (before,), (after,) = FaceFinder().find(photo), FaceFinder().find(restored)
    sharper = fine_detail(crop_face(restored, after)) / fine_detail(crop_face(photo, before))
    assert sharper > 1.1
    assert difference(photo, restored) < 8, "colours and shapes stay"


@pytest.mark.weights
async def test_what_is_sharp_is_not_restored(classic: Stylise) -> None:
    large = resize(ASTRONAUT, 1536, 1536)
    sharp = to_array(large).astype(int) + np.random.default_rng(0).integers(
        -40, 40, (1536, 1536, 1)
    )
    image = from_array(sharp.clip(0, 255).astype(np.uint8))
    photo = await changed(classic, Look(style="ember", strength=0.0), image)
    assert (await changed(classic, Look(restore=True), image) == photo).all()


@pytest.mark.weights
async def test_closing_the_stream_stops_the_work(classic: Stylise) -> None:
    stream = classic.run(StyliseRequest(ASTRONAUT, Look(restore=True, style="anime")))
    assert isinstance(await anext(stream), Progress)
    await stream.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(stream)
