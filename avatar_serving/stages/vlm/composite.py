"""Describe a portrait without a vision-language model: landmarks, two networks and colours."""

from collections.abc import AsyncGenerator, Generator
from typing import ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import ImageRejected, StageFailed
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.matte import person_matte
from avatar_serving.flow import in_thread
from avatar_serving.images import to_array
from avatar_serving.media import Description, Glance, Image
from avatar_serving.stages.vlm import appearance
from avatar_serving.stages.vlm.attributes import AttributeModels
from avatar_serving.stages.vlm.base import VlmEngineConfig
from avatar_serving.stages.vlm.expression import expression, facing
from avatar_serving.stages.vlm.wording import describe, subject

WORK_SIDE = 768
"""Pixels of the longer side; nothing that is described is finer."""


class CompositeVlmConfig(VlmEngineConfig):
    engine: Literal["composite"] = "composite"

    weights: ClassVar[tuple[str, ...]] = (
        "face-detector", "face-landmarks", "face-blendshapes", "face-geometry",
        "selfie-segmentation", "age", "gender",
    )  # fmt: skip

    def build(self) -> "CompositeVlm":
        return CompositeVlm()


class CompositeVlm:
    def __init__(self) -> None:
        self._finder = FaceFinder()
        self._attributes = AttributeModels()

    def run(self, request: Image | Glance, /) -> AsyncGenerator[Description, None]:
        image = request.image if isinstance(request, Glance) else request
        return in_thread(self._describe(image))

    def _describe(self, image: Image) -> Generator[Description, None, None]:
        try:
            yield self._look(_shrunk(to_array(image)))
        except (RuntimeError, ValueError) as error:  # what the runtimes raise
            raise StageFailed("vlm", str(error)) from error

    def _look(self, image: NDArray[np.uint8]) -> Description:
        faces = self._finder.find(image)
        if not faces:
            raise ImageRejected("face", "No face was found in the picture.")
        face = faces[0]
        looks = self._attributes.estimate(image, face)
        place = appearance.scene(image, face, person_matte(image))
        return describe(
            {
                "subject": subject(looks.age, looks.female),
                "hair": appearance.hair(place),
                "expression": expression(face),
                "facing": facing(face),
                "clothing": appearance.clothing(place),
                "background": appearance.background(place),
                "framing": appearance.framing(place),
            }
        )


def _shrunk(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrink = WORK_SIDE / max(image.shape[:2])
    if shrink >= 1:
        return image
    size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
