"""Drawn eyelids: flat skin with a lash line along its edge, slid over an eye that closes."""

import cv2
import numpy as np

from avatar_serving.avatars.lids import Rim, foremost_depth, in_photo
from avatar_serving.avatars.rig import MORPHS, Floats
from avatar_serving.avatars.strips import Strip, grid
from avatar_serving.avatars.textures import Pixels, to_bytes, to_pixels
from avatar_serving.drawings.skin import skin_under

ROWS = 8
TUCKED, NEARER = 0.003, 0.02
"""How far behind the skin it lies while the eye is open, and how far before it when it is shut, in
image units."""
OUTER, INNER, CORNER = 0.1, 0.15, 0.7
"""How far a lid reaches past the outer and the inner corner, in eye widths; its lift there over
that in the middle."""
OVER = 0.7
"""How far the line of shut lashes reaches below the lid's edge, in its heights: the line under the
eye is behind it."""
WIDE_PX, HIGH_PX = 64, 96
FADE = 0.2
"""Share of the height over which a lid sets in."""
THICKEST = 0.18
"""Most of its height that the lash line of a shut lid takes."""
SHADE = 0.35
"""Share of its height over which it is shaded as what is drawn above it."""
SMOOTH_PX, DARKEST = 3.0, 0.4
"""How far along its edge a shade is smoothed, and how dark it is at most, over the skin."""
SPOT_PX = 25
"""What is darker for less than this along its edge is no shade."""
CREASE, CREASE_WIDTH, CREASE_DEPTH = 0.16, 0.012, 0.35


def drawn_lid(
    one: Rim, positions: Floats, morphs: Floats, rest: Floats, image: Pixels,
    colours: tuple[Floats, Floats], lash: float, before: Floats,
) -> Strip:  # fmt: skip
    """*image* (size, size, 3): the picture that it covers; *colours*: of skin and lash line, sRGB
    (3,) 0..255; *lash*: thickness of that line in image square units; *before* (size, size), 0..1:
    what of the picture hangs before the lid."""
    width = float(np.ptp(positions[one.upper, 0]))
    lift = lash / width + 0.06
    height = positions[one.upper, 1].max() - positions[one.lower, 1].min() + lift * width
    thick = float(np.clip(lash / max(height, 1e-6), 0.05, THICKEST))
    steps = np.append(np.linspace(0, 1 - thick, ROWS - 1), 1)
    place, move = _unrolling(one, positions, morphs, rest, lift, thick * height, steps)
    count = len(one.upper)
    x = np.linspace(1, WIDE_PX - 1, count)
    y = 0.5 + (HIGH_PX - 1) * steps
    pixels = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    shut = (place + move[MORPHS.index(one.blink)]).reshape(ROWS, count, 3)
    ring = to_pixels(positions[[*one.upper, *one.lower[::-1]]], len(image))
    skin = _sampled(skin_under(image, ring, colours[0]), shut)
    skin = shaded(skin, _around(shut, positions, morphs[MORPHS.index(one.blink)], image))
    hair = _sampled(np.dstack([image, before]).astype(np.float32), shut)
    picture = _picture(skin, colours[1], thick)
    strand = hair[..., 3:]
    picture[..., :3] = to_bytes(picture[..., :3] * (1 - strand) + hair[..., :3] * strand)
    return Strip(place, move, grid(ROWS, count), pixels, picture)


def _unrolling(
    one: Rim, positions: Floats, morphs: Floats, rest: Floats, lift: float, line: float,
    steps: Floats,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Vertices (ROWS * k, 3), folded on the lid's edge to the height *line* of its lashes, and
    their morphs. *lift*: how far above that edge the open strip begins, in eye widths; it reaches
    past the corners as lashes do; *steps* (ROWS,): where its rows are, 0 at its upper end, 1 at
    the edge."""
    edge, moved = positions[one.upper], morphs[:, one.upper]
    width = float(np.ptp(edge[:, 0]))
    sides = (OUTER, INNER) if one.blink.endswith("Right") else (INNER, OUTER)
    across = np.interp(np.linspace(-1, 1, len(edge)), (-1, 0, 1), (-sides[0], 0, sides[1])) * width
    arch = CORNER + (1 - CORNER) * np.sin(np.linspace(0, np.pi, len(edge))) ** 0.5
    top = np.stack([across, lift * width * arch, 0 * arch], 1)
    share = steps[:, None, None]
    blink = MORPHS.index(one.blink)
    closed = moved[blink] + np.stack([across, 0 * arch - OVER * line, 0 * arch], 1)
    folded = np.zeros((ROWS, len(edge), 3))
    folded[..., 0], folded[:-1, :, 1] = across, line
    folded[..., 2] = foremost_depth((edge + folded)[..., :2], positions, one.triangles) - edge[:, 2]
    folded[..., 2] -= TUCKED
    unrolled = top * (1 - share) + closed * share - folded + np.array([0, 0, NEARER])
    move = np.repeat(moved[:, None], ROWS, 1)
    move[blink] = unrolled
    move[-1] -= rest[blink] * (unrolled - moved[blink])
    place = (edge + folded).astype(np.float32)
    return place.reshape(-1, 3), move.reshape(len(morphs), -1, 3)


def _around(shut: Floats, positions: Floats, blink: Floats, image: Pixels) -> Floats:
    """(HIGH_PX, WIDE_PX, 3): what the skin of the shut eye shows where the lid lies."""
    under = in_photo(shut[..., :2], positions + blink, positions, len(image))
    return _remapped(image.astype(np.float32), under)


def shaded(skin: Floats, around: Floats) -> Floats:
    """*skin* as dark along its upper edge as *around* is there: hair that hangs over an eye shades
    its lid. Lines and tips of strands, which are narrow, do not."""
    darker = (np.clip(around, DARKEST * skin, skin) - skin)[:1]
    broad = cv2.morphologyEx(darker, cv2.MORPH_CLOSE, np.ones((1, SPOT_PX), np.uint8))
    shade = cv2.GaussianBlur(broad, (0, 0), SMOOTH_PX).reshape(darker.shape)
    down = ((np.arange(len(skin)) + 0.5) / len(skin))[:, None, None]
    return np.asarray(skin + shade * np.exp(-((down / SHADE) ** 2)), np.float32)


def _sampled(image: Floats, shut: Floats) -> Floats:
    """(HIGH_PX, WIDE_PX, channels): *image* where the lid lies when it is shut."""
    at = to_pixels(shut.reshape(-1, 3), len(image)).reshape(*shut.shape[:2], 2)
    return _remapped(image, at)


def _remapped(image: Floats, at: Floats) -> Floats:
    """*image* at pixels *at* (rows, columns, 2)."""
    fine = cv2.resize(at.astype(np.float32), (WIDE_PX, HIGH_PX)) - 0.5
    sampled = cv2.remap(image, fine[..., 0], fine[..., 1], cv2.INTER_LINEAR,
                        borderMode=cv2.BORDER_REPLICATE)  # fmt: skip
    return np.asarray(sampled, np.float32)


def _picture(skin: Floats, ink: Floats, lash: float) -> Pixels:
    """*skin* (HIGH_PX, WIDE_PX, 3)."""
    down = ((np.arange(HIGH_PX) + 0.5) / HIGH_PX)[:, None, None]
    along = np.linspace(0, np.pi, WIDE_PX)[None, :, None]
    # Thickest in the middle, as a brush draws it.
    line = lash * (0.3 + 0.7 * np.sin(along) ** 0.5)
    inked = np.clip((down - (1 - line)) * HIGH_PX / 2 + 0.5, 0, 1)
    fold = CREASE_DEPTH * np.sin(along) * np.exp(-(((down - CREASE) / CREASE_WIDTH) ** 2))
    colour = skin * (1 - fold) + ink * fold
    colour = colour * (1 - inked) + ink * inked
    alpha = np.broadcast_to(np.clip(down / FADE, 0, 1), (HIGH_PX, WIDE_PX, 1))
    return np.dstack([to_bytes(colour), to_bytes(alpha * 255)])
