"""What cameras, phones and people do to pictures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving import images
from avatar_serving.faces import Face
from scripts.robustness.age import CHILD, SMALL_CHILD, reshaped
from scripts.robustness.people import Wanted

Pixels: TypeAlias = NDArray[np.uint8]
Change: TypeAlias = Callable[[Pixels, Face], Pixels]


@dataclass(frozen=True, slots=True)
class Degradation:
    what: str
    change: Change
    wanted: Wanted = "avatar"


def blur(share: float) -> Change:
    """A Gaussian of that share of the face width."""

    def change(picture: Pixels, face: Face) -> Pixels:
        return _pixels(cv2.GaussianBlur(picture, (0, 0), share * face.width))

    return change


def motion(share: float) -> Change:
    """A shake along a slant, as long as that share of the face width."""

    def change(picture: Pixels, face: Face) -> Pixels:
        length = max(3, round(share * face.width))
        kernel = np.eye(length, dtype=np.float32) / length
        return _pixels(cv2.filter2D(picture, -1, kernel))

    return change


def jpeg(quality: int) -> Change:
    def change(picture: Pixels, face: Face) -> Pixels:
        packed = images.encode(images.from_array(picture), "jpeg", quality)
        return images.to_array(images.decode(packed))

    return change


def smaller(width_px: int) -> Change:
    """The face that many pixels wide."""

    def change(picture: Pixels, face: Face) -> Pixels:
        scale = width_px / face.width
        size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        return _pixels(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))

    return change


def tilt(degrees: float) -> Change:
    """Turned about the face; the border is stretched outwards."""

    def change(picture: Pixels, face: Face) -> Pixels:
        middle = (face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2)
        turn = cv2.getRotationMatrix2D(middle, degrees, 1.0)
        size = (picture.shape[1], picture.shape[0])
        return _pixels(cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REPLICATE))

    return change


def light(gain: float, gamma: float = 1.0) -> Change:
    def change(picture: Pixels, face: Face) -> Pixels:
        return _pixels(gain * 255 * (picture / 255.0) ** gamma)

    return change


def noise(sigma: float) -> Change:
    """Gaussian, of that many of 255 grey levels."""

    def change(picture: Pixels, face: Face) -> Pixels:
        return _pixels(picture + np.random.default_rng(0).normal(0, sigma, picture.shape))

    return change


def crop(left: float, top: float, right: float, bottom: float) -> Change:
    """To so many widths and heights of the face's box, from its left and top edge."""

    def change(picture: Pixels, face: Face) -> Pixels:
        x, y, width, height = face.box
        x0, x1 = max(0, round(x + left * width)), round(x + right * width)
        y0, y1 = max(0, round(y + top * height)), round(y + bottom * height)
        return np.ascontiguousarray(picture[y0:y1, x0:x1])

    return change


def cover(top: float, bottom: float, colour: tuple[int, int, int]) -> Change:
    """A flat band over the face, in heights of its box: a mask, a bar over the eyes."""

    def change(picture: Pixels, face: Face) -> Pixels:
        x, y, width, height = face.box
        out = picture.copy()
        out[
            max(0, round(y + top * height)) : round(y + bottom * height),
            max(0, round(x - 0.05 * width)) : round(x + 1.05 * width),
        ] = colour
        return out

    return change


def age(steps: tuple[tuple[float, float], ...]) -> Change:
    return lambda picture, face: reshaped(picture, face, steps)


def grey(picture: Pixels, face: Face) -> Pixels:
    return np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, 2).astype(np.uint8)


def turned(quarters: int) -> Change:
    return lambda picture, face: np.ascontiguousarray(np.rot90(picture, quarters))


def mirrored(picture: Pixels, face: Face) -> Pixels:
    return np.ascontiguousarray(picture[:, ::-1])


DEGRADATIONS = (
    Degradation("blur, 1 % of the face", blur(0.01)),
    Degradation("blur, 2 %", blur(0.02), "either"),
    Degradation("blur, 5 %", blur(0.05), "refusal"),
    Degradation("camera shake, 4 %", motion(0.04)),
    Degradation("camera shake, 12 %", motion(0.12), "refusal"),
    Degradation("JPEG, quality 25", jpeg(25)),
    Degradation("JPEG, quality 8", jpeg(8), "either"),
    Degradation("face of 90 pixels", smaller(90)),
    Degradation("face of 60 pixels", smaller(60), "either"),
    Degradation("face of 30 pixels", smaller(30), "refusal"),
    Degradation("tilted by 15 degrees", tilt(15)),
    Degradation("tilted by -35 degrees", tilt(-35)),
    Degradation("tilted by 60 degrees", tilt(60), "refusal"),
    Degradation("on its side", turned(1), "refusal"),
    Degradation("upside down", turned(2), "refusal"),
    Degradation("half the light", light(0.5)),
    Degradation("a tenth of the light", light(0.1), "refusal"),
    Degradation("dark, gamma 2.5", light(1.0, 2.5)),
    Degradation("overexposed, 2.5 times", light(2.5), "either"),
    Degradation("noise, 15 of 255", noise(15)),
    Degradation("noise, 45 of 255", noise(45), "either"),
    Degradation("black and white", grey),
    Degradation("mirrored", mirrored),
    Degradation("tight crop, hairline to chin", crop(-0.05, -0.02, 1.05, 1.03), "either"),
    Degradation("chin cut off", crop(-0.6, -0.6, 1.6, 0.8), "refusal"),
    Degradation("half of the face cut off", crop(0.5, -0.6, 1.8, 1.6), "refusal"),
    Degradation("a child's proportions", age(CHILD)),
    Degradation("a small child's proportions", age(SMALL_CHILD)),
    Degradation("mouth covered, white", cover(0.6, 1.0, (235, 235, 240)), "refusal"),
    Degradation("eyes covered, black", cover(0.2, 0.45, (10, 10, 10)), "refusal"),
    Degradation("eyes covered, white", cover(0.2, 0.45, (255, 255, 255)), "refusal"),
)


def _pixels(values: NDArray[Any]) -> Pixels:
    return np.clip(np.round(values), 0, 255).astype(np.uint8)
