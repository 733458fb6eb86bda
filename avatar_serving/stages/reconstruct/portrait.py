"""A photo rig: the person's own landmarks and pixels on a mesh with 52 ARKit shapes."""

from collections.abc import AsyncGenerator, Generator, Iterator
from typing import ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from avatar_serving import images
from avatar_serving.avatars import patches, portrait
from avatar_serving.avatars.basis import face_basis
from avatar_serving.avatars.canvas import Canvas, warm_up
from avatar_serving.avatars.surface import face_surface
from avatar_serving.drawings import portrait as drawing
from avatar_serving.drawings.look import find_drawn
from avatar_serving.drawings.measure import whole
from avatar_serving.faces import FaceFinder
from avatar_serving.flow import in_thread
from avatar_serving.media import Progress, ReconstructRequest
from avatar_serving.stages.base import StageConfig

THUMBNAIL_PX = 256


class PortraitReconstructConfig(StageConfig):
    engine: Literal["portrait"] = "portrait"
    size_px: int = Field(default=768, ge=512, le=1536)
    """Side of the avatar's square."""
    drawings: bool = True
    """Give drawn faces a rig of their own; false: all pictures are taken for photos."""

    weights: ClassVar[tuple[str, ...]] = (
        "face-detector",
        "face-landmarks",
        "face-blendshapes",
        "face-geometry",
        "selfie-segmentation",
        "anny-head",
    )

    def build(self) -> "PortraitReconstruct":
        return PortraitReconstruct(self)


class PortraitReconstruct:
    def __init__(self, config: PortraitReconstructConfig) -> None:
        self._size = config.size_px
        self._drawings = config.drawings
        self._finder = FaceFinder()
        # Worked out once for all people, before the first of them waits for it.
        face_basis()
        face_surface()
        warm_up()
        patches.warm_up()

    def run(self, request: ReconstructRequest, /) -> AsyncGenerator[Progress | bytes, None]:
        return in_thread(self._reconstruct(request))

    def _reconstruct(self, request: ReconstructRequest) -> Generator[Progress | bytes, None, None]:
        source = images.to_array(request.image)
        for item in self.build(source):
            if isinstance(item, Progress):
                yield item
                continue
            rest = Canvas(item.rig, self._size).draw(item.rig.rest_weights, photo=1.0)
            side = (THUMBNAIL_PX, THUMBNAIL_PX)
            thumbnail = np.asarray(cv2.resize(rest, side, interpolation=cv2.INTER_AREA), np.uint8)
            yield portrait.pack(item, source, thumbnail)

    def build(self, source: NDArray[np.uint8]) -> Iterator[Progress | portrait.Portrait]:
        """The portrait, by the rig that suits the picture: that of drawings, or that of photos."""
        yield Progress("face", 0.02, "Finding the face")
        faces = self._finder.find(source)
        drawn = find_drawn(source, self._finder, faces) if self._drawings else None
        if drawn is None:
            yield from portrait.build_of(source, faces, self._size)
        else:
            face, measured = drawn
            yield from drawing.build(source, face, whole(measured), self._size)
