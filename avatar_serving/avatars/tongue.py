"""A tongue that is stuck out: folded to nothing behind the lower lip, over which it unrolls."""

import cv2
import numpy as np

from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid
from avatar_serving.avatars.teeth import TONGUE
from avatar_serving.avatars.textures import Pixels, to_bytes

ROWS, COLUMNS = 9, 7
WIDE_PX, HIGH_PX = 64, 60
HALF_WIDTH, LENGTH, INSIDE = 0.27, 0.5, 0.07
"""Of a tongue that is out, and how much of it still shows above the lip, in mouth widths."""
TIP = 0.55
"""Where along its length it begins to be round."""
BEHIND = 0.08
"""How far behind the lip it waits, in image units: a tongue that only touches the teeth, as in
"think", stays behind it."""
BULGE, NEARER = 0.12, 0.02
"""How far its middle stands out, in mouth widths, and how far all of it lies before the lip, in
image units."""


def build_tongue(
    positions: Floats, morphs: Floats, lip: int, mouth_width: float, light: float
) -> Strip:
    """*positions*, *morphs*: of the skin; *lip*: the middle of the lower lip's inner edge, with
    which it moves; *light*: as in MouthColours."""
    root, moved = positions[lip], morphs[:, lip]
    across, down = np.meshgrid(np.linspace(-1, 1, COLUMNS), np.linspace(0, 1, ROWS))
    drop = INSIDE - down * LENGTH
    front = BULGE * np.sin(np.pi * np.clip(0.15 + down, 0, 1)) * (1 - 0.5 * across**2)
    out = np.stack([across * HALF_WIDTH, drop, front], -1) * mouth_width
    out[..., 2] += NEARER + BEHIND
    waiting = root - np.array([0, 0, BEHIND], root.dtype)
    place = np.repeat(waiting[None], ROWS * COLUMNS, 0)
    move = np.repeat(moved[:, None], ROWS * COLUMNS, 1)
    move[MORPHS.index("tongueOut")] += out.reshape(-1, 3)
    x = 1 + (across + 1) / 2 * (WIDE_PX - 2)
    y = 0.5 + down * (HIGH_PX - 1)
    pixels = np.stack([x, y], -1).reshape(-1, 2)
    return Strip(place, move, grid(ROWS, COLUMNS), pixels, _picture(light))


def _picture(light: float) -> Pixels:
    """Round, soft where it comes out of the mouth, with a groove along its middle."""
    down, across = np.mgrid[:HIGH_PX, :WIDE_PX].astype(np.float32)
    down, across = (down + 0.5) / HIGH_PX, (across + 0.5) / WIDE_PX * 2 - 1
    shade = 1.12 - 0.22 * across**2 - 0.12 * np.exp(-((across / 0.1) ** 2)) * (1 - down)
    shade *= np.clip(0.45 + 2.2 * down, 0, 1)
    grain = np.random.default_rng(1).normal(0, 0.03, shade.shape).astype(np.float32)
    shade += cv2.GaussianBlur(grain, (0, 0), 0.8)
    gloss = 22 * np.exp(-(((down - 0.72) / 0.12) ** 2) - ((np.abs(across) - 0.4) / 0.22) ** 2)
    colour = TONGUE * 255 * light * shade[..., None] + gloss[..., None] * light
    beyond = np.clip((down - TIP) / (1 - TIP), 0, 1)
    alpha = np.clip(down / 0.12, 0, 1) * np.clip((1 - np.hypot(across, beyond)) / 0.08, 0, 1)
    return np.dstack([to_bytes(colour), to_bytes(alpha * 255)])
