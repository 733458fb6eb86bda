"""A plain face on which parts of a thin frame are drawn."""

import cv2
import numpy as np
import pytest

from avatar_serving.avatars.frames import thin
from avatar_serving.avatars.textures import to_pixels
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LEFT_EYE, RIGHT_EYE

SIZE = 512
FACE = canonical_mesh()[0] * 0.04
SKIN, METAL = (200, 160, 140), (110, 90, 80)


def _drawn(*parts: str, turned_deg: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """The picture, and the landmarks in it."""
    picture = np.full((SIZE, SIZE, 3), SKIN, np.uint8)
    points = to_pixels(FACE, SIZE)
    middles = [points[list(ring)].mean(0) for ring in (RIGHT_EYE, LEFT_EYE)]
    inner = [points[ring[8]] for ring in (RIGHT_EYE, LEFT_EYE)]
    for (x, y), corner in zip(middles, inner, strict=True):
        centre, axes = (round(x), round(y + 8)), (round(abs(corner[0] - x)) + 1, 34)
        ranges = {"lower": (40, 140), "sides": (-60, 240)}
        for part in set(parts) & set(ranges):
            cv2.ellipse(picture, centre, axes, 0, *ranges[part], METAL, 2, cv2.LINE_AA)
    if "bridge" in parts:
        ends = [(round(x), round(y - 4)) for x, y in inner]
        cv2.line(picture, ends[0], ends[1], METAL, 2, cv2.LINE_AA)
    turn = np.deg2rad(turned_deg)
    axes = np.array([[np.cos(turn), np.sin(turn), 0], [-np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    about = cv2.getRotationMatrix2D((SIZE / 2, SIZE / 2), turned_deg, 1)
    return cv2.warpAffine(picture, about, (SIZE, SIZE), borderValue=SKIN), FACE @ axes


@pytest.mark.parametrize("turned_deg", [0.0, 15.0])
def test_lenses_with_a_bridge_are_a_frame(turned_deg: float) -> None:
    assert thin(*_drawn("bridge", "lower", "sides", turned_deg=turned_deg))


@pytest.mark.parametrize(
    "parts", [(), ("bridge",), ("lower",), ("bridge", "lower"), ("lower", "sides")]
)
def test_lines_of_a_face_are_none(parts: tuple[str, ...]) -> None:
    assert not thin(*_drawn(*parts))
