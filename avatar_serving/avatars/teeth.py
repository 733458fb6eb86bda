"""Shapes and shades of teeth, gums and tongue, in centimetres from the middle of the lips' seam."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.rig import Floats

WIDTHS_CM = (0.86, 0.68, 0.76, 0.7, 0.68, 1.0)
"""Of the upper teeth of one side, from the middle: incisors, canine, premolars, molar."""
CROWNS_CM = (1.0, 0.88, 0.96, 0.8, 0.74, 0.7)
"""Their heights."""
LOWER = 0.82
"""Size of the lower front teeth over the upper."""
ARCH_HALF_CM, ARCH_DEPTH_CM = 2.5, 3.6
WARM = (0.8, 1.05, 1.15)
"""Powers of a shade in red, green and blue: flesh throws its colour into shadows."""
SHADED = 0.88
"""Light on the lower teeth, over that on the upper, behind which they stand."""
COLUMNS = np.array([0, 0.05, 0.2, 0.5, 0.8, 0.95, 1])
ROWS = 7
GUM = np.array([172, 92, 92], np.float32) / 255
TONGUE = np.array([178, 92, 92], np.float32) / 255


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """A surface with a colour at each point."""

    points: Floats
    """(n, 3)."""
    triangles: NDArray[np.int32]
    colours: Floats
    """(n, 3), sRGB 0..1, shaded."""
    out: Floats | None = None
    """(n, 3): displacement of a tongue that is stuck out."""


def teeth(edge: Floats, enamel: tuple[float, float, float], *, upper: bool) -> Shell:
    """A row whose middle incisors' edge is at *edge*."""
    size = 1.0 if upper else LOWER
    up = 1.0 if upper else -1.0
    u, v = np.meshgrid(COLUMNS, np.linspace(0, 1, ROWS))
    round_off = np.abs(2 * u - 1)
    grids: list[Floats] = []
    shades: list[Floats] = []
    start = 0.0
    for number, (width, crown) in enumerate(zip(WIDTHS_CM, CROWNS_CM, strict=True)):
        width, crown = width * size, crown * (1 if upper else 0.88)
        along = start + u * width
        start += width
        pointed = 0.1 * (number == 2) + 0.01 * number
        rise = up * (v * crown + (1 - v) ** 2 * (round_off**4 * 0.07 + pointed * round_off))
        bulge = 0.10 * (1 - round_off**4) * (1 - 0.5 * (2 * v - 1) ** 2)
        shade = (1 - 0.06 * round_off**2 - 0.16 * round_off**16) * (1 - 0.28 * v**1.2)
        shade *= 1 if upper else SHADED
        for side in (1.0, -1.0):
            grids.append(_on_arch(side * along, rise, bulge, edge, size))
            shades.append(shade * _fade(along))
    shade = np.concatenate([s.reshape(-1) for s in shades])[:, None]
    colours = np.array(enamel) * np.clip(shade, 0.01, None) ** WARM
    return _shell(grids, colours)


def gums(edge: Floats, *, upper: bool) -> Shell:
    """What the teeth of a row stand in, a strip just behind them."""
    size, up = (1.0, 1.0) if upper else (LOWER, -1.0)
    reach = sum(WIDTHS_CM) * size
    u, v = np.meshgrid(np.linspace(-reach, reach, 41), np.linspace(0, 1, 4))
    rise = up * (0.62 + v * 1.1)
    grid = _on_arch(u, rise, np.full_like(u, -0.02) + 0.1 * v, edge, size)
    shade = (1 - 0.3 * v) * _fade(np.abs(u)) * 0.95
    return _shell([grid], GUM * shade.reshape(-1)[:, None])


def tongue(edge: Floats) -> Shell:
    """Its tip lies behind the lower incisors, whose edge is at *edge*."""
    u, v = np.meshgrid(np.linspace(-1, 1, 15), np.linspace(0, 1, 12))
    half = 1.75 * np.sqrt(np.clip(1 - (1 - np.clip(v * 2.2, 0, 1)) ** 2, 0.02, 1))
    x = u * half
    top = -0.15 + 0.5 * np.sin(v * np.pi * 0.95)
    y = (
        top
        - 0.55 * u**2
        - 0.5 * (1 - np.clip(v * 6, 0, 1)) ** 2
        - 0.04 * np.exp(-((u / 0.18) ** 2))
    )
    z = -0.5 - 4.0 * v
    points = np.stack([x, y, z], -1) + edge
    tip = (1 - v) ** 1.5
    shade = (
        (0.92 - 0.14 * np.exp(-((u / 0.2) ** 2))) * (1 - 0.2 * u**2) * np.clip(1 - 1.1 * v, 0.2, 1)
    )
    shell = _shell([points], TONGUE * shade.reshape(-1)[:, None])
    out = np.stack([0 * tip, 0.35 * tip, 1.2 * tip], -1).reshape(-1, 3)
    return Shell(shell.points, shell.triangles, shell.colours, out.astype(np.float32))


def _on_arch(along: Floats, rise: Floats, bulge: Floats, edge: Floats, size: float) -> Floats:
    """Points at arc length *along* from the middle of the arch, *rise* above its edge, *bulge*
    before its curve."""
    half, depth = ARCH_HALF_CM * size**0.5, ARCH_DEPTH_CM
    angle = _angles(np.abs(along), half, depth) * np.sign(along)
    outward = np.stack([np.sin(angle) * depth, 0 * angle, np.cos(angle) * half], -1)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    curve = np.stack([np.sin(angle) * half, rise, (np.cos(angle) - 1) * depth], -1)
    return curve + outward * bulge[..., None] + edge


def _angles(along: Floats, half: float, depth: float) -> Floats:
    """Of an ellipse, from its front, for lengths along it."""
    steps = np.linspace(0, np.pi / 2, 200)
    speed = np.hypot(half * np.cos(steps), depth * np.sin(steps))
    lengths = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(steps))])
    return np.interp(along, lengths, steps)


def _fade(along: Floats) -> Floats:
    """Light that reaches teeth at arc length *along* from the middle."""
    return np.clip(1.02 - 0.26 * np.maximum(along - 0.6, 0), 0.25, 1)


def _shell(grids: list[Floats], colours: Floats) -> Shell:
    triangles: list[NDArray[np.int32]] = []
    first = 0
    for grid in grids:
        rows, columns = grid.shape[:2]
        index = first + np.arange(rows * columns).reshape(rows, columns)
        a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
        both = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)])
        triangles.append(both.reshape(-1, 3))
        first += rows * columns
    points = np.concatenate([g.reshape(-1, 3) for g in grids])
    return Shell(
        points.astype(np.float32),
        np.concatenate(triangles).astype(np.int32),
        colours.astype(np.float32),
    )
