"""Look at a portrait and say, check by check, whether it can become an avatar."""

from collections.abc import AsyncGenerator, Generator
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving.avatars.pictures import encode_webp
from avatar_serving.drawings.look import find_drawn
from avatar_serving.drawings.measure import DrawnFace
from avatar_serving.drawings.overlay import overlay
from avatar_serving.errors import StageFailed
from avatar_serving.faces import Face, FaceFinder, among
from avatar_serving.faces.crop import crop_face
from avatar_serving.flow import in_thread
from avatar_serving.images import to_array
from avatar_serving.media import Check, Image, Review
from avatar_serving.safety.nsfw import NsfwClassifier
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.review import framing, light, occlusion
from avatar_serving.stages.review.drawing import check_drawing
from avatar_serving.stages.review.grading import Reasons, Scale, grade

NSFW = Reasons(
    "The picture is safe for work.",
    "The picture may not be safe for work.",
    "The picture is not safe for work; use another one.",
)


class MeasuredReviewConfig(StageConfig):
    engine: Literal["measured"] = "measured"
    nsfw_fair: float = Field(default=0.4, gt=0, lt=1)
    """Probability from which a picture is only fair."""
    nsfw_refused: float = Field(default=0.85, gt=0, le=1)
    """Probability from which it is refused."""

    weights: ClassVar[tuple[str, ...]] = (
        "face-detector", "face-landmarks", "face-blendshapes", "face-geometry", "nsfw",
    )  # fmt: skip

    def build(self) -> "MeasuredReview":
        return MeasuredReview(self)


class MeasuredReview:
    def __init__(self, config: MeasuredReviewConfig) -> None:
        self._finder = FaceFinder()
        self._nsfw = NsfwClassifier()
        self._nsfw_scale = Scale(config.nsfw_refused, config.nsfw_fair)

    def run(self, request: Image, /) -> AsyncGenerator[Review, None]:
        return in_thread(self._review(request))

    def _review(self, image: Image) -> Generator[Review, None, None]:
        try:
            yield self._look(image)
        except (RuntimeError, ValueError) as error:  # what the runtimes raise
            raise StageFailed("review", str(error)) from error

    def _look(self, image: Image) -> Review:
        pixels = to_array(image)
        checks = [
            Check("decodable", 1.0, "good", "The picture can be read."),
            framing.check_size(image.width, image.height),
        ]
        nsfw = self._check_nsfw(image)
        faces = self._finder.find(pixels)
        drawn = find_drawn(pixels, self._finder, faces)
        if drawn is not None:
            return _of_drawing(pixels, [*checks, nsfw], *drawn)
        on_its_side = not faces and any(self._finder.find(t) for t in framing.turned(pixels))
        seen = framing.check_face(faces, on_its_side)
        if not faces:
            return Review((*checks, nsfw, seen))
        # In a picture of a few pixels what is safe for work may not look so: its size comes first.
        checks += [framing.check_face_size(faces[0]), nsfw, seen, *_check_one(pixels, faces[0])]
        found = among.found(faces, image.width, image.height)
        return Review(tuple(checks), faces[0].box, found)

    def _check_nsfw(self, image: Image) -> Check:
        return grade("nsfw", self._nsfw.score(image), self._nsfw_scale, NSFW)


def _of_drawing(
    image: NDArray[np.uint8], checks: list[Check], face: Face, drawn: DrawnFace
) -> Review:
    """Light, sharpness and what photo landmarks say of eyes mean nothing in a drawing."""
    checks += [
        Check("face", 1.0, "good", "There is one clear face."),
        framing.check_face_size(face),
        framing.check_framing(face, image.shape[1], image.shape[0]),
        check_drawing(drawn),
    ]
    return Review(tuple(checks), face.box, measured=encode_webp(overlay(drawn), quality=85))


def _check_one(image: NDArray[np.uint8], face: Face) -> list[Check]:
    """What explains more comes first, for the first refusal is told: in the dark eyes are hidden,
    and the straight edges of what hides them look as if the camera had moved."""
    crop = crop_face(image, face, margin=1.2)
    return [
        framing.check_framing(face, image.shape[1], image.shape[0]),
        framing.check_pose(face),
        light.check_exposure(crop),
        occlusion.check_eyes_open(face),
        occlusion.check_occlusion(face, crop),
        light.check_sharpness(crop),
    ]
