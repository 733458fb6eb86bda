import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter

from avatar_serving.faces import Face, FaceFinder
from avatar_serving.faces.among import cut_out
from avatar_serving.flow import last
from avatar_serving.images import from_array
from avatar_serving.media import Check, Review
from avatar_serving.stages.base import ReviewStage
from avatar_serving.stages.review import ReviewConfig
from avatar_serving.stages.review.accept import AcceptReviewConfig
from avatar_serving.stages.review.measured import MeasuredReviewConfig
from scripts.robustness.degrade import cover
from tests.review import portraits

NAMES = [
    "decodable", "size", "face_size", "nsfw", "face", "framing", "pose", "exposure", "eyes",
    "occlusion", "sharpness",
]  # fmt: skip


@pytest.fixture(scope="module")
def stage() -> ReviewStage:
    return MeasuredReviewConfig().build()


@pytest.fixture(scope="module")
def face() -> Face:
    return FaceFinder().find(portraits.astronaut())[0]


async def reviewed(stage: ReviewStage, image: NDArray[np.uint8]) -> Review:
    return await last(stage.run(from_array(image)))


def named(review: Review, name: str) -> Check:
    return next(check for check in review.checks if check.name == name)


async def test_accept_refuses_nothing() -> None:
    review = await reviewed(AcceptReviewConfig().build(), np.zeros((2, 2, 3), np.uint8))
    assert review.refused is None


def test_the_engine_is_chosen_by_name() -> None:
    config: object = TypeAdapter(ReviewConfig).validate_python({"engine": "measured"})
    assert isinstance(config, MeasuredReviewConfig)
    assert "nsfw" in config.required_weights()


@pytest.mark.weights
async def test_a_good_portrait_passes_every_check(stage: ReviewStage) -> None:
    review = await reviewed(stage, portraits.astronaut())
    assert [check.name for check in review.checks] == NAMES
    assert review.refused is None
    assert all(0 <= check.score <= 1 and check.reason.endswith(".") for check in review.checks)
    assert review.face_box == pytest.approx((180, 70, 92, 108), abs=6)
    not_good = [check.name for check in review.checks if check.verdict != "good"]
    assert not_good == ["face_size"], "92 pixels wide"


@pytest.mark.weights
@pytest.mark.parametrize("kind", ["grey", "noise", "three", "side"])
async def test_no_face_three_faces_lying_face(stage: ReviewStage, kind: str) -> None:
    portrait = portraits.astronaut()
    pictures = {
        "grey": (np.full((400, 400, 3), 128, np.uint8), "No face"),
        "noise": (np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8), "No face"),
        "three": (np.tile(portrait, (1, 3, 1)), "3 faces"),
        "side": (np.ascontiguousarray(np.rot90(portrait)), "upright"),
    }
    image, words = pictures[kind]
    refused = (await reviewed(stage, image)).refused
    assert refused is not None
    assert refused.name in ("face", "faces", "pose") and words in refused.reason


@pytest.mark.weights
async def test_any_of_several_people_can_be_cut_out(stage: ReviewStage) -> None:
    three = np.tile(portraits.astronaut()[:, 60:380], (1, 3, 1))
    faces = (await reviewed(stage, three)).faces
    assert [round(face.box[0] / 320) for face in faces] == [0, 1, 2]
    for number in (1, 2, 3):
        alone = await last(stage.run(cut_out(from_array(three), faces, number)))
        assert alone.refused is None and len(alone.faces) == 1


@pytest.mark.weights
async def test_small_faces_in_the_background_do_not_matter(stage: ReviewStage) -> None:
    portrait = portraits.astronaut()
    portrait[20:148, 350:478] = cv2.resize(portrait[40:240, 120:320], (128, 128))
    portrait = np.asarray(cv2.resize(portrait, (1024, 1024)), np.uint8)
    portrait[600:728, 40:168] = cv2.resize(portrait[40:296, 700:956], (128, 128))
    review = await reviewed(stage, portrait)
    assert named(review, "faces").verdict == "refused", "one of them is over half as wide"
    portrait[0:300, 690:970] = 200
    assert named(await reviewed(stage, portrait), "face").verdict == "good"


@pytest.mark.weights
@pytest.mark.parametrize(("sigma", "verdict"), [(0.1, "good"), (1.2, "fair"), (5.0, "refused")])
async def test_sharpness(stage: ReviewStage, sigma: float, verdict: str) -> None:
    review = await reviewed(stage, portraits.blurred(portraits.astronaut(), sigma))
    assert named(review, "sharpness").verdict == verdict


@pytest.mark.weights
@pytest.mark.parametrize(("length", "verdict"), [(3, "good"), (14, "refused")])
async def test_a_camera_that_moved(stage: ReviewStage, length: int, verdict: str) -> None:
    image = cv2.resize(portraits.astronaut(), (1024, 1024), interpolation=cv2.INTER_CUBIC)
    review = await reviewed(stage, portraits.shaken(np.asarray(image, np.uint8), 2 * length))
    assert named(review, "sharpness").verdict == verdict


@pytest.mark.weights
async def test_a_close_portrait_without_a_forehead_is_used(stage: ReviewStage, face: Face) -> None:
    x, y, width, height = (round(v) for v in face.box)
    close = portraits.astronaut()[y + height // 8 : y + height + 9, x - 4 : x + width + 4]
    large = np.asarray(cv2.resize(close, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC), np.uint8)
    review = await reviewed(stage, large)
    assert review.refused is None and named(review, "framing").verdict == "fair"


@pytest.mark.weights
@pytest.mark.parametrize(
    ("gain", "offset", "verdict"),
    [(1, 0, "good"), (0.6, 0, "good"), (0.3, 0, "fair"), (0.1, 0, "refused"), (1.3, 0, "fair"),
     (1.6, 0, "refused"), (0.2, 100, "fair")],
)  # fmt: skip
async def test_exposure(stage: ReviewStage, gain: float, offset: float, verdict: str) -> None:
    image = portraits.brightness(portraits.astronaut(), gain, offset)
    review = await reviewed(stage, image)
    assert review.face_box is not None, "the face is still found"
    assert named(review, "exposure").verdict == verdict


@pytest.mark.weights
async def test_sunglasses_are_refused(stage: ReviewStage, face: Face) -> None:
    review = await reviewed(stage, portraits.sunglasses(portraits.astronaut(), face))
    assert review.refused is not None and review.refused.name == "occlusion"
    assert "sunglasses" in review.refused.reason


@pytest.mark.weights
async def test_a_bar_over_the_eyes_is_no_shaken_camera(stage: ReviewStage, face: Face) -> None:
    bar = cover(0.2, 0.45, (10, 10, 10))(portraits.astronaut(), face)
    review = await reviewed(stage, bar)
    assert review.refused is not None and review.refused.name == "occlusion"


@pytest.mark.weights
@pytest.mark.parametrize("colour", [(150, 190, 215), (235, 235, 235), (25, 25, 28)])
async def test_masks_are_refused(
    stage: ReviewStage, face: Face, colour: tuple[int, int, int]
) -> None:
    review = await reviewed(stage, portraits.mask(portraits.astronaut(), face, colour))
    assert review.refused is not None and review.refused.name == "occlusion"
    assert "mouth" in review.refused.reason


@pytest.mark.weights
async def test_a_face_cut_by_the_edge_is_refused(stage: ReviewStage) -> None:
    review = await reviewed(stage, portraits.astronaut()[:, 225:].copy())
    assert review.refused is not None and review.refused.name in ("face", "framing")


@pytest.mark.weights
async def test_a_tiny_face_is_refused(stage: ReviewStage) -> None:
    image = np.asarray(cv2.resize(portraits.astronaut(), (200, 200)), np.uint8)
    refused = (await reviewed(stage, image)).refused
    assert refused is not None and refused.name == "face_size"


@pytest.mark.weights
async def test_of_a_tiny_face_its_size_is_told_before_what_the_picture_seems_to_show() -> None:
    stage = MeasuredReviewConfig(nsfw_fair=1e-9, nsfw_refused=1e-8).build()
    whole = await reviewed(stage, portraits.astronaut())
    assert whole.refused is not None and whole.refused.name == "nsfw"
    small = np.asarray(cv2.resize(portraits.astronaut(), (200, 200)), np.uint8)
    refused = (await reviewed(stage, small)).refused
    assert refused is not None and refused.name == "face_size"
