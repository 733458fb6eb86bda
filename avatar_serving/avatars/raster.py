"""Draws posed layers into an 8-bit picture: compiled, on one core.

Points are in pixels: x right, y down, z towards the viewer. `tests/render/reference.py` says the
same in plain numpy, slowly.
"""

from typing import Any

import numpy as np
from numba import njit

FARTHEST = np.float32(-1e9)
SLACK = np.float32(1e-4)
"""How far outside, in barycentric terms, a pixel centre still belongs to a triangle: no seams."""
FLAT = np.float32(1e-6)
"""Area in pixels below which a triangle is not drawn."""
HALF = np.float32(0.5)
CLEAR = 3
"""Alpha (of 255) below which a texture hides nothing."""

_compiled: Any = njit(cache=True, fastmath=True, nogil=True)
_inlined: Any = njit(cache=True, fastmath=True, nogil=True, inline="always")


@_inlined
def _slopes(ax: Any, ay: Any, bx: Any, by: Any, cx: Any, cy: Any, area: Any) -> Any:
    """How the second and third barycentric coordinate change along x and y."""
    scale = np.float32(1) / area
    return (cy - ay) * scale, (ax - cx) * scale, (ay - by) * scale, (bx - ax) * scale


@_inlined
def _span(start: Any, step: Any, first: Any, last: Any) -> Any:
    """The part of *first*..*last* where start + x * step is not negative."""
    if step > 0:
        return max(first, np.ceil(-start / step)), last
    if step < 0:
        return first, min(last, np.floor(-start / step))
    return (first, last) if start >= 0 else (np.float32(1), np.float32(0))


@_inlined
def _row(u: Any, v: Any, ux: Any, vx: Any, first: Any, last: Any) -> Any:
    """First and last pixel of a row inside a triangle; u, v: coordinates at pixel 0 of the row."""
    first, last = _span(u + SLACK, ux, first, last)
    first, last = _span(v + SLACK, vx, first, last)
    first, last = _span(np.float32(1) + SLACK - u - v, -(ux + vx), first, last)
    return int(first), int(last)


@_compiled
def draw_coloured(points: Any, triangles: Any, colours: Any, depth: Any, out: Any) -> None:
    """Triangles with a colour (0..255) at each vertex, opaque."""
    height, width = depth.shape
    for k in range(triangles.shape[0]):
        a, b, c = triangles[k, 0], triangles[k, 1], triangles[k, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0], points[b, 1], points[b, 2]
        cx, cy, cz = points[c, 0], points[c, 1], points[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < FLAT:
            continue
        top = max(0, int(np.ceil(min(ay, by, cy) - HALF)))
        bottom = min(height - 1, int(np.floor(max(ay, by, cy) - HALF)))
        left = max(np.float32(0), np.ceil(min(ax, bx, cx) - HALF))
        right = min(np.float32(width - 1), np.floor(max(ax, bx, cx) - HALF))
        if top > bottom or left > right:
            continue
        ux, uy, vx, vy = _slopes(ax, ay, bx, by, cx, cy, area)
        for y in range(top, bottom + 1):
            u = (HALF - ax) * ux + (y + HALF - ay) * uy
            v = (HALF - ax) * vx + (y + HALF - ay) * vy
            first, last = _row(u, v, ux, vx, left, right)
            for x in range(first, last + 1):
                s, t = u + x * ux, v + x * vx
                z = az + s * (bz - az) + t * (cz - az)
                if z > depth[y, x]:
                    depth[y, x] = z
                    r = np.float32(1) - s - t
                    for i in range(3):
                        shade = r * colours[a, i] + s * colours[b, i] + t * colours[c, i]
                        out[y, x, i] = np.uint8(
                            min(np.float32(255), max(np.float32(0), shade)) + HALF
                        )


@_compiled
def draw_textured(points: Any, triangles: Any, uv: Any, texture: Any, depth: Any, out: Any) -> None:
    """Triangles with a texture (RGBA) blended over what is there. *uv*: texture pixels."""
    height, width = depth.shape
    rows, columns = texture.shape[0], texture.shape[1]
    rightmost, lowest = np.float32(columns - 1.001), np.float32(rows - 1.001)
    for k in range(triangles.shape[0]):
        a, b, c = triangles[k, 0], triangles[k, 1], triangles[k, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0], points[b, 1], points[b, 2]
        cx, cy, cz = points[c, 0], points[c, 1], points[c, 2]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < FLAT:
            continue
        top = max(0, int(np.ceil(min(ay, by, cy) - HALF)))
        bottom = min(height - 1, int(np.floor(max(ay, by, cy) - HALF)))
        left = max(np.float32(0), np.ceil(min(ax, bx, cx) - HALF))
        right = min(np.float32(width - 1), np.floor(max(ax, bx, cx) - HALF))
        if top > bottom or left > right:
            continue
        ux, uy, vx, vy = _slopes(ax, ay, bx, by, cx, cy, area)
        p0, q0 = uv[a, 0] - HALF, uv[a, 1] - HALF
        p1, q1 = uv[b, 0] - uv[a, 0], uv[b, 1] - uv[a, 1]
        p2, q2 = uv[c, 0] - uv[a, 0], uv[c, 1] - uv[a, 1]
        for y in range(top, bottom + 1):
            u = (HALF - ax) * ux + (y + HALF - ay) * uy
            v = (HALF - ax) * vx + (y + HALF - ay) * vy
            first, last = _row(u, v, ux, vx, left, right)
            for x in range(first, last + 1):
                s, t = u + x * ux, v + x * vx
                z = az + s * (bz - az) + t * (cz - az)
                if z <= depth[y, x]:
                    continue
                p = min(rightmost, max(np.float32(0), p0 + s * p1 + t * p2))
                q = min(lowest, max(np.float32(0), q0 + s * q1 + t * q2))
                column, row = int(p), int(q)
                fp, fq = int((p - column) * 256), int((q - row) * 256)
                w00, w01 = (256 - fp) * (256 - fq), fp * (256 - fq)
                w10, w11 = (256 - fp) * fq, fp * fq
                alpha = (
                    texture[row, column, 3] * w00 + texture[row, column + 1, 3] * w01
                    + texture[row + 1, column, 3] * w10 + texture[row + 1, column + 1, 3] * w11
                    + 32768
                ) >> 16  # fmt: skip
                if alpha < CLEAR:
                    continue
                depth[y, x] = z
                for i in range(3):
                    shade = (
                        texture[row, column, i] * w00 + texture[row, column + 1, i] * w01
                        + texture[row + 1, column, i] * w10 + texture[row + 1, column + 1, i] * w11
                        + 32768
                    ) >> 16  # fmt: skip
                    if alpha < 255:
                        shade = (shade * alpha + out[y, x, i] * (255 - alpha) + 127) // 255
                    out[y, x, i] = shade


def warm_up() -> None:
    """Compile, or load what was compiled before, so that the first picture need not wait."""
    points = np.zeros((3, 3), np.float32)
    triangles = np.zeros((0, 3), np.int32)
    out, depth = np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32)
    draw_coloured(points, triangles, points, depth, out)
    texture = np.zeros((2, 2, 4), np.uint8)
    draw_textured(points, triangles, points[:, :2].copy(), texture, depth, out)
