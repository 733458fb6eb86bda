"""What is painted where a drawing shows nothing: lids, the inside of the mouth, under edges."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.canvas import Canvas
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.textures import grown, polygon_mask, shrunk
from avatar_serving.drawings.colours import FEATURE
from avatar_serving.drawings.eyes import DrawnEye
from avatar_serving.drawings.lids import OVER
from avatar_serving.drawings.measure import SIDE
from avatar_serving.evaluation.drawn.results import Fills
from avatar_serving.evaluation.drawn.shown import eyes_shown, opening, still_shown
from avatar_serving.evaluation.drawn.view import DrawnView, look_at
from avatar_serving.evaluation.stand import Stand
from avatar_serving.faces.region import cut
from avatar_serving.faces.topology import LEFT_EYE, LIPS_INNER, OVAL, RIGHT_EYE
from avatar_serving.media import Window
from avatar_serving.stages.render.drawing import apart

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

BLINK: dict[str, float] = {"eyeBlink": 1.0}
TALK: dict[str, float] = {"jawOpen": 0.8}
POSES: tuple[dict[str, float], ...] = (
    {}, TALK, BLINK, {"eyeLookOutLeft": 1.0, "eyeLookInRight": 1.0},
    {"headYaw": 15.0}, {"headYaw": -15.0}, {"headPitch": 10.0}, {"headPitch": -10.0},
)  # fmt: skip
CLEAR = 128
"""Alpha below which the background is seen; of 255, what tells the one grey from the other."""
LINE = 0.006
"""Width of the soft edge of an opening, in face widths."""
BESIDE = 0.25
"""How far around an eye the skin beside it is looked at, in its widths."""


def fills(stand: Stand) -> Fills:
    neutral = look_at(stand, pose_values({}))
    lids = [d for eye in neutral.eyes if (d := _lid(stand, neutral, eye)) is not None]
    return Fills(
        lid=round(max(lids), 2) if lids else None,
        mouth=round(_mouth(stand), 4),
        holes=round(max(_holes(stand, pose_values(named)) for named in POSES), 5),
    )


def blink_seen(stand: Stand) -> float | None:
    """1 less the share of the eyes that a blink leaves to be seen. None: no eyes were found. Where
    the shut lid's own lash line lies nothing is left, though it may have the colour of an iris."""
    neutral = look_at(stand, pose_values({}))
    shown = int(eyes_shown(neutral).sum())
    if not shown:
        return None
    still = still_shown(_blinked(stand, neutral), neutral) & ~_lash_lines(stand, neutral)
    return round(1 - int(still.sum()) / shown, 4)


def _lash_lines(stand: Stand, neutral: DrawnView) -> Mask:
    """(SIDE, SIDE): of a blink, along the upper lids, some of it below their edges."""
    shut = stand.geometry(pose_values(BLINK))
    lines = np.zeros((SIDE, SIDE), np.uint8)
    for eye, ring in ((neutral.found.right_eye, RIGHT_EYE), (neutral.found.left_eye, LEFT_EYE)):
        if eye is not None:
            edge = shut[[ring[8], *ring[9:], ring[0]]].astype(np.float32)
            points = neutral.found.crop.region.from_image(edge, SIDE)
            points -= np.array([0, (0.5 - OVER) * eye.lash], np.float32)
            line = np.round(points).astype(np.int32)
            cv2.polylines(lines, [line], False, (1,), max(1, round(eye.lash)))
    return lines > 0


def _lid(stand: Stand, neutral: DrawnView, eye: DrawnEye) -> float | None:
    """Between the middle colours of a shut eye and of the skin around it."""
    after, skin = _blinked(stand, neutral), neutral.found.colours
    between = opening(eye)
    around = grown(between, max(1, round(BESIDE * eye.width))) & ~grown(between, 3)
    around &= (skin.unlike < FEATURE) & skin.face & ~skin.hair
    off = np.linalg.norm(after - skin.skin, axis=-1)
    # The rest is its lash line.
    lid = between & (off <= np.percentile(off[between], 60))
    if not around.any() or not lid.any():
        return None
    middles = [np.median(after[mask], axis=0) for mask in (lid, around)]
    return float(np.linalg.norm(middles[0] - middles[1]))


def _blinked(stand: Stand, neutral: DrawnView) -> Floats:
    """CIE Lab of a blink, cut out as the neutral face was."""
    picture = stand.draw(pose_values(BLINK))
    rgb = cv2.medianBlur(cut(picture, neutral.found.crop.region, SIDE), 3)
    lab = cv2.cvtColor(np.divide(rgb, 255, dtype=np.float32), cv2.COLOR_RGB2LAB)
    return np.asarray(lab, np.float32)


def _mouth(stand: Stand) -> float:
    """Drawn with all that is behind the lips black, then white: what differs shows it. Its colours
    would not tell, for teeth may be those of pale skin."""
    values = pose_values(TALK)
    ring = stand.geometry(values)[list(LIPS_INNER)]
    inside = shrunk(polygon_mask(ring, stand.size), max(1, round(LINE * stand.face_width)))
    if not inside.any():
        return 0.0
    dark, light = (_with_mouth(stand, tone, values).astype(int) for tone in (0, 1))
    return float(((light - dark).max(-1) > CLEAR)[inside].mean())


def _with_mouth(stand: Stand, tone: float, values: tuple[float, ...]) -> NDArray[np.uint8]:
    """A frame whose mouth's inside is of one grey, *tone* 0..1."""
    inside = stand.rig.mouth
    assert inside.colours is not None
    plain = replace(inside, colours=np.full_like(inside.colours, tone))
    return Canvas(replace(stand.rig, mouth=plain), stand.size).draw(values)


def _holes(stand: Stand, values: tuple[float, ...]) -> float:
    size = stand.size
    window = Window(0, 0, size, size)
    drawn = [
        Canvas(stand.rig, size, window, np.full((size, size, 3), tone, np.uint8)).draw(values)
        for tone in (0, 255)
    ]
    _, alpha = apart(drawn[0], drawn[1])
    face = shrunk(polygon_mask(stand.geometry(values)[list(OVAL)], size), 3)
    return float((alpha[face] < CLEAR).mean())
