"""Draws posed layers into an 8-bit picture: compiled, on one core.

Points are in pixels: x right, y down, z towards the viewer. `tests/render/reference.py` says the
same in plain numpy, slowly. Most triangles are a few pixels wide, so what a row costs counts as
much as what a pixel does: all divisions are done once for each triangle.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars.compiled import compiled, inlined

FARTHEST = np.float32(-1e9)
SLACK = np.float32(1e-4)
"""How far outside, in barycentric terms, a pixel centre still belongs to a triangle: no seams."""
FLAT = np.float32(1e-6)
"""Area in pixels below which a triangle is not drawn."""
HALF = np.float32(0.5)
CLEAR = 3
"""Alpha (of 255) below which a texture hides nothing."""

OPAQUE = np.uint64(255)
_ONE, _HALF = np.uint64(1), np.uint64(127)
_LANES = np.uint64(0x00FF00FF00FF00FF)
_ROUND = np.uint64(0x0080008000800080)
"""One half for each of the lanes."""
_LANE, _BYTE = np.uint64(0xFF), np.uint64(8)
_GREEN, _BLUE, _ALPHA = np.uint64(32), np.uint64(16), np.uint64(48)
"""Where the channels lie in a spread texel; red lies at 0."""
_SPREAD = np.uint64(24)


@inlined
def _box(ax: Any, ay: Any, bx: Any, by: Any, cx: Any, cy: Any, width: Any, height: Any) -> Any:
    """First and last row, first and last column of the pixel centres around a triangle."""
    top = max(np.float32(0), np.ceil(min(ay, by, cy) - HALF))
    bottom = min(np.float32(height - 1), np.floor(max(ay, by, cy) - HALF))
    left = max(np.float32(0), np.ceil(min(ax, bx, cx) - HALF))
    right = min(np.float32(width - 1), np.floor(max(ax, bx, cx) - HALF))
    return top, bottom, left, right


@inlined
def _slopes(ax: Any, ay: Any, bx: Any, by: Any, cx: Any, cy: Any, area: Any) -> Any:
    """How the second and third barycentric coordinate change along x and y."""
    scale = np.float32(1) / area
    return (cy - ay) * scale, (ax - cx) * scale, (ay - by) * scale, (bx - ax) * scale


@inlined
def _bounds(start: Any, along: Any, down: Any, past: Any) -> Any:
    """Where start + x * along + y * down is not negative: the least x at y = 0 and its change with
    y, and the same of the greatest x. What is no bound lies *past* the picture."""
    if along > 0:
        return -start / along, -down / along, past, np.float32(0)
    if along < 0:
        return -past, np.float32(0), -start / along, -down / along
    return -past, np.float32(0), past, np.float32(0)


@inlined
def _edges(u: Any, v: Any, ux: Any, uy: Any, vx: Any, vy: Any, past: Any) -> Any:
    """The bounds of the three edges; *u*, *v*: coordinates at the pixel that x and y count from."""
    one = np.float32(1)
    a = _bounds(u + SLACK, ux, uy, past)
    b = _bounds(v + SLACK, vx, vy, past)
    c = _bounds(one + SLACK - u - v, -(ux + vx), -(uy + vy), past)
    return a, b, c


@inlined
def _row(edges: Any, y: Any, last: Any) -> Any:
    """First and last pixel of row *y* inside a triangle, of 0..*last*."""
    a, b, c = edges
    low = max(max(a[0] + y * a[1], b[0] + y * b[1]), max(c[0] + y * c[1], np.float32(0)))
    high = min(min(a[2] + y * a[3], b[2] + y * b[3]), min(c[2] + y * c[3], last))
    return int(np.ceil(low)), int(np.floor(high))


@compiled
def draw_coloured(points: Any, triangles: Any, colours: Any, depth: Any, out: Any) -> None:
    """Triangles with a colour (0..255) at each vertex, opaque."""
    height, width = depth.shape
    for k in range(triangles.shape[0]):
        a, b, c = triangles[k, 0], triangles[k, 1], triangles[k, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0], points[b, 1], points[b, 2]
        cx, cy, cz = points[c, 0], points[c, 1], points[c, 2]
        top, bottom, left, right = _box(ax, ay, bx, by, cx, cy, width, height)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if top > bottom or left > right or abs(area) < FLAT:
            continue
        ux, uy, vx, vy = _slopes(ax, ay, bx, by, cx, cy, area)
        u = (left + HALF - ax) * ux + (top + HALF - ay) * uy
        v = (left + HALF - ax) * vx + (top + HALF - ay) * vy
        edges = _edges(u, v, ux, uy, vx, vy, np.float32(width))
        column, row = int(left), int(top)
        for j in range(int(bottom) - row + 1):
            y = np.float32(j)
            first, last = _row(edges, y, right - left)
            for i in range(first, last + 1):
                x = np.float32(i)
                s, t = u + x * ux + y * uy, v + x * vx + y * vy
                z = az + s * (bz - az) + t * (cz - az)
                if z > depth[row + j, column + i]:
                    depth[row + j, column + i] = z
                    r = np.float32(1) - s - t
                    for n in range(3):
                        shade = r * colours[a, n] + s * colours[b, n] + t * colours[c, n]
                        out[row + j, column + i, n] = np.uint8(
                            min(np.float32(255), max(np.float32(0), shade)) + HALF
                        )


@inlined
def _spread(texel: Any) -> Any:
    """A packed RGBA texel with 16 bits for each channel: red, blue, green, alpha."""
    wide = np.uint64(texel)
    return (wide | (wide << _SPREAD)) & _LANES


@inlined
def _bilinear(texels: Any, at: Any, columns: Any, fx: Any, fy: Any) -> Any:
    """The mean, spread, of texel *at* and its right and lower neighbours; *fx*, *fy*: of 256."""
    both = (fx * fy) >> 8
    return (
        _spread(texels[at]) * np.uint64(256 - fx - fy + both)
        + _spread(texels[at + _ONE]) * np.uint64(fx - both)
        + _spread(texels[at + columns]) * np.uint64(fy - both)
        + _spread(texels[at + columns + _ONE]) * np.uint64(both)
        + _ROUND
    ) >> _BYTE & _LANES


@inlined
def _over(shade: Any, alpha: Any, behind: Any) -> Any:
    return (shade * alpha + np.uint64(behind) * (OPAQUE - alpha) + _HALF) // OPAQUE


@compiled
def _draw_textured(
    points: Any, triangles: Any, uv: Any, texels: Any, columns: Any, depth: Any, out: Any
) -> None:
    """`draw_textured` with the texture packed: a row after the other, 32 bits a texel."""
    height, width = depth.shape
    wide = np.uint64(columns)
    rightmost = np.int32((columns - 1) * 256 - 1)
    lowest = np.int32((len(texels) // columns - 1) * 256 - 1)
    fine, none = np.float32(256), np.int32(0)
    for k in range(triangles.shape[0]):
        a, b, c = triangles[k, 0], triangles[k, 1], triangles[k, 2]
        ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
        bx, by, bz = points[b, 0], points[b, 1], points[b, 2]
        cx, cy, cz = points[c, 0], points[c, 1], points[c, 2]
        top, bottom, left, right = _box(ax, ay, bx, by, cx, cy, width, height)
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if top > bottom or left > right or abs(area) < FLAT:
            continue
        ux, uy, vx, vy = _slopes(ax, ay, bx, by, cx, cy, area)
        u = (left + HALF - ax) * ux + (top + HALF - ay) * uy
        v = (left + HALF - ax) * vx + (top + HALF - ay) * vy
        edges = _edges(u, v, ux, uy, vx, vy, np.float32(width))
        p1, q1, z1 = fine * (uv[b, 0] - uv[a, 0]), fine * (uv[b, 1] - uv[a, 1]), bz - az
        p2, q2, z2 = fine * (uv[c, 0] - uv[a, 0]), fine * (uv[c, 1] - uv[a, 1]), cz - az
        p0 = fine * (uv[a, 0] - HALF) + u * p1 + v * p2
        q0 = fine * (uv[a, 1] - HALF) + u * q1 + v * q2
        z0 = az + u * z1 + v * z2
        px, qx, zx = ux * p1 + vx * p2, ux * q1 + vx * q2, ux * z1 + vx * z2
        py, qy, zy = uy * p1 + vy * p2, uy * q1 + vy * q2, uy * z1 + vy * z2
        column, row = np.uint64(left), np.uint64(top)
        for j in range(int(bottom) - int(top) + 1):
            y = np.float32(j)
            first, last = _row(edges, y, right - left)
            p, q, z = p0 + y * py, q0 + y * qy, z0 + y * zy
            down = row + np.uint64(j)
            for i in range(first, last + 1):
                x, aside = np.float32(i), column + np.uint64(i)
                near = z + x * zx
                if near <= depth[down, aside]:
                    continue
                fx = min(rightmost, max(none, np.int32(p + x * px)))
                fy = min(lowest, max(none, np.int32(q + x * qx)))
                at = np.uint64(fy >> 8) * wide + np.uint64(fx >> 8)
                texel = _bilinear(texels, at, wide, fx & 255, fy & 255)
                alpha = texel >> _ALPHA
                if alpha < CLEAR:
                    continue
                depth[down, aside] = near
                red, green, blue = texel & _LANE, texel >> _GREEN & _LANE, texel >> _BLUE & _LANE
                if alpha < OPAQUE:
                    red = _over(red, alpha, out[down, aside, 0])
                    green = _over(green, alpha, out[down, aside, 1])
                    blue = _over(blue, alpha, out[down, aside, 2])
                out[down, aside, 0], out[down, aside, 1], out[down, aside, 2] = red, green, blue


def draw_textured(
    points: Any, triangles: Any, uv: Any, texture: NDArray[np.uint8], depth: Any, out: Any
) -> None:
    """Triangles with a *texture* (RGBA) blended over what is there. *uv*: texture pixels."""
    packed = np.ascontiguousarray(texture).view("<u4").reshape(-1)
    _draw_textured(points, triangles, uv, packed, texture.shape[1], depth, out)


def warm_up() -> None:
    """Compile, or load what was compiled before, so that the first picture need not wait."""
    points = np.zeros((3, 3), np.float32)
    triangles = np.zeros((0, 3), np.int32)
    out, depth = np.zeros((2, 2, 3), np.uint8), np.zeros((2, 2), np.float32)
    draw_coloured(points, triangles, points, depth, out)
    texture = np.zeros((2, 2, 4), np.uint8)
    draw_textured(points, triangles, points[:, :2].copy(), texture, depth, out)
