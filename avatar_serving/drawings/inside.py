"""The inside of a drawn mouth: one dark colour, a flat row of teeth, a round tongue."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.basis import JAW
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import MORPHS, Floats, Part
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER, OVAL
from avatar_serving.media import ARKIT

DARK = np.array([112, 40, 46], np.float32) / 255
TEETH = np.array([250, 247, 242], np.float32) / 255
TONGUE = np.array([226, 118, 118], np.float32) / 255
AROUND = 24
INSIDE = 0.92
"""How far towards the outline of the face it may reach: beyond, it would be seen."""
BACK, TEETH_BACK, TONGUE_BACK = 0.5, 0.2, 0.35
"""How far behind the lips each lies, in mouth widths."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    positions: Floats
    jaw: float
    """How far it goes with the jaw, 0..1."""
    colour: Floats
    also: dict[str, Floats] = field(default_factory=dict[str, Floats])
    """Further displacements (3,) by shape."""


def drawn_inside(fitted: Fit, face: Floats, shapes: Floats) -> Part:
    """*face* (468, 3): the neutral one, its mouth closed; *shapes* (52, 468, 3)."""
    corners = face[[LIPS_OUTER[0], LIPS_OUTER[10]]]
    middle = face[[LIPS_INNER[5], LIPS_INNER[15]]].mean(0)
    width = float(np.linalg.norm(corners[1] - corners[0]))
    across, up = fitted.turn[:, 0] * width, fitted.turn[:, 1] * width

    def sheet(x: float, y: float, low: float, back: float, jaw: float, colour: Floats) -> _Sheet:
        """An ellipse of half sizes *x*, *y* whose middle is *low* below the seam."""
        turns = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
        round_it = np.outer(np.cos(turns) * x, across) + np.outer(np.sin(turns) * y, up)
        centre = middle - low * up - np.array([0, 0, back * width])
        points = np.concatenate([round_it, np.zeros((1, 3))]) + centre
        return _Sheet(within(points, middle, face[list(OVAL)]), jaw, colour)

    # Lips that round themselves show no teeth.
    hidden = dict.fromkeys(("mouthFunnel", "mouthPucker"), up * 0.2)
    sheets = (
        sheet(0.85, 0.9, 0.35, BACK, 0.5, DARK),
        sheet(0.3, 0.16, 0.2, TONGUE_BACK, 0.6, TONGUE),
        replace(sheet(0.34, 0.13, -0.03, TEETH_BACK, 0.0, TEETH), also=hidden),
    )
    return _joined(sheets, _jaw_steps(shapes))


def within(points: Floats, middle: Floats, oval: Floats) -> Floats:
    """*points* (n, 3) drawn towards *middle* (3,) as far as they lie outside *oval* (36, 3)."""
    rim, way = (oval - middle)[:, :2], (points - middle)[:, :2]
    turns = np.arctan2(rim[:, 1], rim[:, 0])
    order = np.argsort(turns)
    reach = np.interp(
        np.arctan2(way[:, 1], way[:, 0]), turns[order],
        INSIDE * np.linalg.norm(rim[order], axis=1), period=2 * np.pi,
    )  # fmt: skip
    share = np.minimum(1, reach / np.maximum(np.linalg.norm(way, axis=1), 1e-9))
    out = points.copy()
    out[:, :2] = middle[:2] + way * share[:, None]
    return out


def _jaw_steps(shapes: Floats) -> Floats:
    """(4, 3): how the lower lip's middle goes with each shape of JAW."""
    return np.array([shapes[ARKIT.index(name), LIPS_INNER[5]] for name in JAW])


def _joined(sheets: tuple[_Sheet, ...], steps: Floats) -> Part:
    positions, morphs, colours = (list[Floats]() for _ in range(3))
    faces: list[NDArray[np.int32]] = []
    first = 0
    ring = np.arange(AROUND)
    fan = np.stack([ring, (ring + 1) % AROUND, np.full(AROUND, AROUND)], 1)
    for one in sheets:
        count = len(one.positions)
        move = np.zeros((len(MORPHS), count, 3), np.float32)
        for name, step in zip(JAW, steps, strict=True):
            move[MORPHS.index(name)] = step * one.jaw * np.array([1, 1, 0])
        for name, step in one.also.items():
            move[MORPHS.index(name)] += step
        positions.append(one.positions)
        morphs.append(move)
        faces.append((fan + first).astype(np.int32))
        colours.append(np.repeat(one.colour[None], count, 0))
        first += count
    return Part(
        positions=np.concatenate(positions).astype(np.float32),
        morphs=np.concatenate(morphs, 1).astype(np.float32),
        triangles=np.concatenate(faces).astype(np.int32),
        head=np.ones(first, np.float32),
        colours=np.concatenate(colours).astype(np.float32),
    )
