"""The portrait rig of a real photo."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.avatars import package, portrait
from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.rig import MORPHS, PortraitRig, pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.surface import face_surface, lid_pairs, lip_pairs
from avatar_serving.errors import ImageRejected
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.topology import CHIN, LEFT_EYE, LIPS_INNER, LIPS_OUTER, RIGHT_EYE
from avatar_serving.flow import collect
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.reconstruct.portrait import PortraitReconstructConfig
from tests.avatars.pictures import astronaut, colourful

pytestmark = pytest.mark.weights
SIZE = 512


@dataclass(frozen=True)
class Made:
    content: bytes
    rig: PortraitRig
    picture: NDArray[np.uint8]
    """The square that it was made of."""
    canvas: Canvas
    finder: FaceFinder


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    source, finder = astronaut(), FaceFinder()
    *_, built = portrait.build(source, finder, SIZE)
    assert isinstance(built, portrait.Portrait)
    content = portrait.pack(built, source, np.zeros((256, 256, 3), np.uint8))
    rig = package.load(content)
    yield Made(content, rig, built.picture, Canvas(rig, SIZE), finder)


def width(rig: PortraitRig) -> float:
    return float(np.ptp(rig.skin.positions[face_surface().oval, 0]))


def test_the_rest_pose_is_the_photo(made: Made) -> None:
    drawn = made.canvas.draw(made.rig.rest_weights, photo=1.0)
    error = np.mean((drawn.astype(float) - made.picture) ** 2)
    assert 10 * np.log10(255**2 / error) > 36


def test_the_package_is_small(made: Made) -> None:
    assert len(made.content) < 3_000_000


def test_lips_touch_when_neutral(made: Made) -> None:
    upper, lower = np.array(lip_pairs()).T
    skin = made.rig.skin.positions
    assert np.abs(skin[upper] - skin[lower])[:, :2].max() < 0.002 * width(made.rig)


@pytest.mark.parametrize(
    "name", ["mouthPucker", "mouthSmileLeft", "mouthFrownRight", "browDownLeft"]
)
def test_lips_stay_shut_where_nothing_opens_them(made: Made, name: str) -> None:
    upper, lower = np.array(lip_pairs()).T
    skin = made.rig.skin.positions + made.rig.skin.morphs[MORPHS.index(name)]
    assert np.abs(skin[upper, 1] - skin[lower, 1]).max() < 0.003 * width(made.rig)


@pytest.mark.parametrize("name", ["mouthPucker", "mouthFunnel"])
def test_a_mouth_that_grinned_becomes_round(made: Made, name: str) -> None:
    corners = [LIPS_OUTER[0], LIPS_OUTER[10]]
    skin = made.rig.skin
    still = np.ptp(skin.positions[corners, 0])
    rounded = np.ptp((skin.positions + skin.morphs[MORPHS.index(name)])[corners, 0])
    assert rounded < 0.8 * still  # not further: people are known by wide mouths too


@pytest.mark.parametrize("ring", [RIGHT_EYE, LEFT_EYE])
def test_lids_meet_in_a_blink(made: Made, ring: tuple[int, ...]) -> None:
    upper, lower = np.array(lid_pairs(ring)).T
    still = pose(made.rig, pose_values({})).skin
    closed = pose(made.rig, pose_values({"eyeBlink": 1.0})).skin
    assert (still[upper, 1] - still[lower, 1]).mean() > 0.03 * width(made.rig)
    assert (closed[upper, 1] - closed[lower, 1]).max() <= 0.001 * width(made.rig)


@pytest.mark.parametrize("name", MORPHS)
def test_every_shape_moves_something_and_nothing_wildly(made: Made, name: str) -> None:
    moved = np.concatenate([part.morphs[MORPHS.index(name)] for part in made.rig.parts])
    most = np.linalg.norm(moved, axis=1).max() / width(made.rig)
    assert 0.001 < most < 0.5


def test_left_and_right_are_the_persons_own(made: Made) -> None:
    """Their left is the image's right."""
    skin = made.rig.skin
    for name in ("eyeBlink", "mouthSmile", "browDown", "cheekSquint", "noseSneer"):
        for side, sign in (("Left", 1), ("Right", -1)):
            moved = np.linalg.norm(skin.morphs[MORPHS.index(name + side)], axis=1)
            middle = made.rig.pivot[0]
            assert sign * ((skin.positions[:, 0] - middle) * moved).sum() > 0, name + side


def test_the_jaw_opens_downwards_and_takes_teeth_and_tongue(made: Made) -> None:
    jaw = MORPHS.index("jawOpen")
    lower = np.array(lip_pairs())[:, 1]
    assert (made.rig.skin.morphs[jaw, lower, 1] < -0.05 * width(made.rig)).all()
    assert made.rig.mouth.morphs[jaw, :, 1].min() < -0.05 * width(made.rig)
    assert (np.abs(made.rig.mouth.morphs[jaw]).max(1) < 1e-6).any(), "upper teeth stay"


def test_a_tongue_comes_out_over_the_lip_and_is_nowhere_before(made: Made) -> None:
    tongue, face = MORPHS.index("tongueOut"), width(made.rig)
    out = np.linalg.norm(made.rig.skin.morphs[tongue], axis=1) > 1e-6
    folded = made.rig.skin.positions[out]
    assert out.sum() > 20 and np.ptp(folded, axis=0).max() < 1e-6
    shown = pose(made.rig, pose_values({"tongueOut": 1.0})).skin
    chin, lip = shown[CHIN, 1], shown[LIPS_INNER[5], 1]
    assert chin - 0.05 * face < shown[out, 1].min() < lip - 0.1 * face


def test_gaze_moves_eyes_without_the_head(made: Made) -> None:
    step = made.rig.eyes.morphs[MORPHS.index("eyeLookOutLeft")]
    assert step[:, 0].max() > 0.01 * width(made.rig)
    assert step[:, 0].min() >= 0


@pytest.mark.parametrize(("channel", "index"), [("headYaw", 0), ("headPitch", 1), ("headRoll", 2)])
def test_a_turned_head_is_seen_turned(made: Made, channel: str, index: int) -> None:
    def seen(angle: float) -> float:
        faces = made.finder.find(made.canvas.draw(pose_values({channel: angle})))
        return faces[0].pose[index]

    slope = (seen(15.0) - seen(-15.0)) / 30
    assert 0.8 < slope < 1.2


def test_a_driven_face_shows_what_was_asked(made: Made) -> None:
    def blendshapes(named: dict[str, float]) -> dict[str, float]:
        return made.finder.find(made.canvas.draw(pose_values(named)))[0].blendshapes

    neutral = blendshapes({})
    assert neutral["jawOpen"] < 0.1
    assert blendshapes({"jawOpen": 0.7})["jawOpen"] > neutral["jawOpen"] + 0.2
    assert blendshapes({"eyeBlink": 1.0})["eyeBlinkLeft"] > neutral["eyeBlinkLeft"] + 0.2
    smile, plain = blendshapes({"mouthSmile": 1.0}), neutral
    assert smile["mouthSmileLeft"] > plain["mouthSmileLeft"]


def test_a_turn_uncovers_no_hole(made: Made) -> None:
    """Where the head was, the background shows: no part of the old outline stays."""
    behind = made.rig.background.astype(int)
    person = np.abs(made.picture.astype(int) - behind).max(2) > 60
    turned = made.canvas.draw(pose_values({"headYaw": 20.0})).astype(int)
    back = np.abs(turned - behind).max(2) < 4
    assert (person & back).sum() > 100


async def test_the_stage_reports_progress_and_repeats_itself() -> None:
    stage = PortraitReconstructConfig(size_px=SIZE).build()
    request = ReconstructRequest(images.from_array(astronaut()))
    *progress, first = await collect(stage.run(request))
    *_, second = await collect(stage.run(request))
    fractions = [step.fraction for step in progress if isinstance(step, Progress)]
    assert fractions == sorted(fractions) and len(fractions) >= 4
    assert isinstance(first, bytes) and first == second
    manifest = package.inspect(first)
    assert manifest.crop.size <= 512 and manifest.image_size == SIZE
    assert {entry.licence_class for entry in manifest.licences} == {"commercial"}


async def test_a_picture_without_a_face_is_rejected() -> None:
    stage = PortraitReconstructConfig(size_px=SIZE).build()
    with pytest.raises(ImageRejected) as caught:
        await collect(stage.run(ReconstructRequest(images.from_array(colourful(256)))))
    assert caught.value.check == "face"
