"""Give a small or blurred portrait the detail it lacks.

A quick network goes over everything, a good but slow one over a small square of the face. What is
coarse, and so the colours and the person, stays as photographed.
"""

from collections.abc import Generator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.crop import crop_face, fine_detail
from avatar_serving.faces.region import Region, cut, region_of_landmarks
from avatar_serving.stages.stylise.canvas import Canvas, mix
from avatar_serving.stages.stylise.upscale import SCALE, Upscaler, require, resized

QUICK, GOOD = "realesr-animevideov3", "realesrgan-x4plus"

WHOLE_SIDE = 256
"""Pixels of the canvas that the quick network sees."""
OVERLAP = 8
SHARP_DETAIL = 0.14
"""The fine detail of a face that is as sharp as its pixels."""
ENOUGH = 240.0
"""A face that holds this many real pixels of height needs nothing."""


class Restorer:
    def __init__(self, threads: int, face_px: int) -> None:
        """*face_px*: side of the square that the slow network sees; 0 leaves it out."""
        self._quick = Upscaler(QUICK, threads)
        self._threads = threads
        self._face_px = face_px
        if face_px:
            require(GOOD)

    def run(self, canvas: Canvas) -> Generator[float, None, Canvas]:
        """Yields the share of the work that is done, 0..1."""
        share = min(1.0, max(0.0, (ENOUGH - real_pixels(canvas)) / (ENOUGH / 2)))
        if share == 0:
            return canvas
        small = resized(canvas.rgb, WHOLE_SIDE, WHOLE_SIDE)
        whole = resized(self._quick.enlarge(small), canvas.side, canvas.side)
        restored = keep_coarse(canvas.rgb, whole, canvas.face.width * 0.06)
        yield 0.15
        if self._face_px:
            region = region_of_landmarks(canvas.face.landmarks, 1.12)
            seen = cut(canvas.rgb, region, self._face_px)
            # Loaded for each picture: it takes a second, and 700 MB for as long as it stays.
            strips = self._strips(Upscaler(GOOD, self._threads), seen)
            upper = next(strips)
            yield 0.55
            face = np.concatenate([upper, next(strips)])
            face = keep_coarse(resized(seen, *face.shape[:2]), face, face.shape[0] * 0.06)
            restored = paste(restored, face, region)
        return replace(canvas, rgb=mix(canvas.rgb, restored, share))

    def _strips(
        self, network: Upscaler, seen: NDArray[np.uint8]
    ) -> Generator[NDArray[np.uint8], None, None]:
        """The upper and the lower half, so that the work can be stopped between them."""
        half = seen.shape[0] // 2
        yield network.enlarge(seen[: half + OVERLAP])[: half * SCALE]
        yield network.enlarge(seen[half - OVERLAP :])[OVERLAP * SCALE :]


def real_pixels(canvas: Canvas) -> float:
    """Height of the face in pixels of the picture it comes from, fewer where that is blurred."""
    height = canvas.face.box[3] * canvas.source_side / canvas.side
    return height * min(
        1.0, fine_detail(crop_face(canvas.rgb, canvas.face, margin=1.2)) / SHARP_DETAIL
    )


def keep_coarse(
    photo: NDArray[np.uint8], detailed: NDArray[np.uint8], sigma: float
) -> NDArray[np.uint8]:
    """*detailed*, its colours and shading over more than *sigma* pixels as in *photo*."""
    difference = photo.astype(np.float32) - detailed.astype(np.float32)
    coarse = cv2.GaussianBlur(difference, (0, 0), sigma)
    return (detailed + coarse).round().clip(0, 255).astype(np.uint8)


def paste(image: NDArray[np.uint8], square: NDArray[np.uint8], region: Region) -> NDArray[np.uint8]:
    """Put an upright *square* back where *region* was cut, fading out towards its edges."""
    side = square.shape[0]
    corners = np.array([[0, 0], [side, 0], [0, side]], np.float32)
    move = cv2.getAffineTransform(corners - 0.5, region.to_image(corners, side) - 0.5)
    size = (image.shape[1], image.shape[0])
    there = cv2.warpAffine(square, move, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    from_centre = np.abs(np.linspace(-1, 1, side, dtype=np.float32))
    radius = np.maximum(from_centre[:, None], from_centre[None])
    fade = np.clip((0.96 - radius) / 0.25, 0, 1).astype(np.float32)
    share = np.asarray(cv2.warpAffine(fade, move, size), np.float32)
    return mix(image, np.asarray(there, np.uint8), share)
