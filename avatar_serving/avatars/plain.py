"""The smallest whole avatar: a picture on a card with holes for two eyes and a mouth."""

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import glb, package
from avatar_serving.avatars.glb_reader import Model
from avatar_serving.avatars.manifest import CropEntry, EngineEntry, Manifest, source_entry
from avatar_serving.avatars.pictures import encode_webp
from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.media import CHANNELS

SIZE = 64
CELLS = 16
"""The card is a grid of CELLS x CELLS squares."""
EYES = ((5, 9), (10, 9))
"""Cells, from the left and the bottom, that are holes for the person's right and left eye."""
MOUTH = (6, 4)
"""The first of MOUTH_CELLS cells in a row that are the mouth."""
MOUTH_CELLS = 4


def plain_package(picture: NDArray[np.uint8]) -> bytes:
    """A package of a picture (height, width, 3), the same for the same picture."""
    side = min(picture.shape[:2])
    top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
    square = picture[top : top + side, left : left + side]
    small = np.asarray(cv2.resize(square, (SIZE, SIZE), interpolation=cv2.INTER_AREA), np.uint8)
    model = Model(_mouth(), _eyes(), _skin(small), (0.0, -0.3, 0.0))
    files = {
        "avatar.glb": glb.write(model),
        "background.webp": encode_webp(np.full((SIZE, SIZE, 3), 128, np.uint8)),
        "thumbnail.webp": encode_webp(small),
    }
    manifest = Manifest(
        id="0" * 32,
        image_size=SIZE,
        source=source_entry(picture),
        crop=CropEntry(x=left, y=top, size=side),
        engine=EngineEntry(name="plain", version="1"),
        rest_weights=(0.0,) * len(CHANNELS),
        files={},
    )
    return package.write(manifest, files)


def _skin(picture: NDArray[np.uint8]) -> Part:
    steps = np.linspace(-0.5, 0.5, CELLS + 1)
    x, y = np.meshgrid(steps, steps)
    points = np.stack([x, y, 0 * x], -1).reshape(-1, 3).astype(np.float32)
    columns, rows = np.meshgrid(np.arange(CELLS), np.arange(CELLS))
    solid = np.ones((CELLS, CELLS), bool)
    for column, row in EYES:
        solid[row, column] = False
    solid[MOUTH[1], MOUTH[0] : MOUTH[0] + MOUTH_CELLS] = False
    corner = (rows * (CELLS + 1) + columns)[solid]
    right, up = 1, CELLS + 1
    lower = np.stack([corner, corner + right, corner + right + up], 1)
    upper = np.stack([corner, corner + right + up, corner + up], 1)
    uv = points[:, :2] * np.array([1, -1], np.float32) + 0.5
    alpha = np.full((SIZE, SIZE, 1), 255, np.uint8)
    return Part(
        positions=points,
        morphs=_skin_morphs(points),
        triangles=np.concatenate([lower, upper]).astype(np.int32),
        head=np.clip((points[:, 1] + 0.4) / 0.3, 0, 1),
        uv=uv,
        texture=np.concatenate([picture, alpha], 2),
    )


def _skin_morphs(points: Floats) -> Floats:
    """The mouth's lower rim goes down with the jaw; blinks pull the eyes' upper rims down."""
    morphs = np.zeros((len(MORPHS), len(points), 3), np.float32)
    cell = 1 / CELLS
    row = np.rint((points[:, 1] + 0.5) * CELLS)
    column = np.rint((points[:, 0] + 0.5) * CELLS)
    jaw = (row <= MOUTH[1]) & (row > 0) & (np.abs(points[:, 0]) < 0.26)
    morphs[MORPHS.index("jawOpen"), jaw, 1] = -cell
    closing = (row == MOUTH[1] + 1) & (column > MOUTH[0]) & (column < MOUTH[0] + MOUTH_CELLS)
    morphs[MORPHS.index("mouthClose"), closing, 1] = -cell
    for name, (left, bottom) in zip(("eyeBlinkRight", "eyeBlinkLeft"), EYES, strict=True):
        rim = (row == bottom + 1) & (column >= left) & (column <= left + 1)
        morphs[MORPHS.index(name), rim, 1] = -cell
    return morphs


def _eyes() -> Part:
    """Two white cards with a dark middle, that gaze."""
    cell = 1 / CELLS
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    middles = [np.array([c + 0.5, r + 0.5, 0], np.float32) * cell - 0.5 for c, r in EYES]
    points = np.concatenate([corners * cell + m * np.array([1, 1, 0]) for m in middles])
    morphs = np.zeros((len(MORPHS), len(points), 3), np.float32)
    for side, part, outwards in (("Right", slice(0, 4), -1), ("Left", slice(4, 8), 1)):
        steps = {"Out": (outwards, 0), "In": (-outwards, 0), "Up": (0, 1), "Down": (0, -1)}
        for way, step in steps.items():
            morphs[MORPHS.index(f"eyeLook{way}{side}"), part, :2] = np.array(step) * cell / 3
    texture = np.full((8, 8, 3), 255, np.uint8)
    texture[3:5, 3:5] = 30
    return Part(
        positions=points.astype(np.float32),
        morphs=morphs,
        triangles=np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]], np.int32),
        head=np.ones(len(points), np.float32),
        uv=np.tile(np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32), (2, 1)),
        texture=texture,
    )


def _mouth() -> Part:
    """A dark card that is wider and higher than the opening."""
    cell = 1 / CELLS
    low = np.array([MOUTH[0] - 1, MOUTH[1] - 1], np.float32) * cell - 0.5
    high = np.array([MOUTH[0] + MOUTH_CELLS + 1, MOUTH[1] + 2], np.float32) * cell - 0.5
    x, y = (low[0], high[0]), (low[1], high[1])
    points = [(x[0], y[0], 0), (x[1], y[0], 0), (x[1], y[1], 0), (x[0], y[1], 0)]
    return Part(
        positions=np.array(points, np.float32),
        morphs=np.zeros((len(MORPHS), 4, 3), np.float32),
        triangles=np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        head=np.ones(4, np.float32),
        colours=np.full((4, 3), 0.2, np.float32),
    )
