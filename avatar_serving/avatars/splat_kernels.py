"""Moves and draws Gaussians: compiled, on one core. `tests/render/splat_reference.py` says the same
in plain numpy, slowly."""

from typing import Any

import numpy as np

from avatar_serving.avatars.compiled import compiled, inlined

CUT = np.float32(4.5)
"""Half the squared Mahalanobis distance at which a splat ends: three standard deviations."""
DARK = np.float32(1 / 255)
"""What adds less than this to a pixel, or a pixel that lets less than this through, is skipped."""
FULL = np.float32(0.999)
"""Most that one splat hides."""


@inlined
def _frame(a: Any, b: Any, c: Any, axes: Any) -> Any:
    """Of a triangle with these corners: its axes into the rows of *axes* (along the first edge,
    across it, the normal), and the edges in the first two of them: (p, 0) and (q, r)."""
    e0 = b[0] - a[0]
    e1 = b[1] - a[1]
    e2 = b[2] - a[2]
    f0 = c[0] - a[0]
    f1 = c[1] - a[1]
    f2 = c[2] - a[2]
    p = np.sqrt(e0 * e0 + e1 * e1 + e2 * e2)
    small = np.float32(1e-12)
    scale = np.float32(1) / max(p, small)
    axes[0, 0], axes[0, 1], axes[0, 2] = e0 * scale, e1 * scale, e2 * scale
    q = f0 * axes[0, 0] + f1 * axes[0, 1] + f2 * axes[0, 2]
    n0, n1, n2 = e1 * f2 - e2 * f1, e2 * f0 - e0 * f2, e0 * f1 - e1 * f0
    area = np.sqrt(n0 * n0 + n1 * n1 + n2 * n2)
    if area > small * p:
        scale = np.float32(1) / area
        axes[2, 0], axes[2, 1], axes[2, 2] = n0 * scale, n1 * scale, n2 * scale
    else:  # folded flat: any direction across the edge will do
        least = 0
        for i in range(1, 3):
            if abs(axes[0, i]) < abs(axes[0, least]):
                least = i
        for i in range(3):
            axes[2, i] = -axes[0, least] * axes[0, i]
        axes[2, least] += np.float32(1)
        length = np.sqrt(axes[2, 0] ** 2 + axes[2, 1] ** 2 + axes[2, 2] ** 2)
        for i in range(3):
            axes[2, i] /= max(length, small)
    axes[1, 0] = axes[2, 1] * axes[0, 2] - axes[2, 2] * axes[0, 1]
    axes[1, 1] = axes[2, 2] * axes[0, 0] - axes[2, 0] * axes[0, 2]
    axes[1, 2] = axes[2, 0] * axes[0, 1] - axes[2, 1] * axes[0, 0]
    r = f0 * axes[1, 0] + f1 * axes[1, 1] + f2 * axes[1, 2]
    return p, q, r


@inlined
def _clamped(f00: Any, f01: Any, f10: Any, f11: Any, low: Any, high: Any) -> Any:
    """A 2 x 2 matrix with its singular values brought into low..high."""
    e, f, g, h = (f00 + f11) / 2, (f00 - f11) / 2, (f10 + f01) / 2, (f10 - f01) / 2
    q, r = np.sqrt(e * e + h * h), np.sqrt(f * f + g * g)
    big, little = q + r, abs(q - r)
    if big <= high and little >= low:
        return f00, f01, f10, f11
    to_big, to_little = min(max(big, low), high), min(max(little, low), high)
    if q < r:
        to_little = -to_little
    q2, r2 = (to_big + to_little) / 2, (to_big - to_little) / 2
    if q > 0:
        e, h = e / q * q2, h / q * q2
    else:
        e, h = q2, np.float32(0)
    if r > 0:
        f, g = f / r * r2, g / r * r2
    else:
        f, g = r2, np.float32(0)
    return e + f, g - h, g + h, e - f


@compiled
def deformations(rest: Any, posed: Any, triangles: Any, low: Any, high: Any) -> Any:
    """J (m, 3, 3) of each triangle, from its corners at rest (m, 3, 3) to *posed* (v, 3)."""
    found = np.empty((len(triangles), 3, 3), np.float32)
    before, after = np.zeros((3, 3), np.float32), np.zeros((3, 3), np.float32)
    flat = np.empty((3, 3), np.float32)
    for k in range(len(triangles)):
        p0, q0, r0 = _frame(rest[k, 0], rest[k, 1], rest[k, 2], before)
        i, j, m = triangles[k, 0], triangles[k, 1], triangles[k, 2]
        p1, q1, r1 = _frame(posed[i], posed[j], posed[m], after)
        p0, r0 = max(p0, np.float32(1e-9)), max(r0, np.float32(1e-9))
        # [p1 q1; 0 r1] [p0 q0; 0 r0]^-1
        f00, f01, f10, f11 = _clamped(
            p1 / p0, (q1 - p1 * q0 / p0) / r0, np.float32(0), r1 / r0, low, high
        )
        for i in range(3):
            flat[0, i] = f00 * before[0, i] + f01 * before[1, i]
            flat[1, i] = f10 * before[0, i] + f11 * before[1, i]
            flat[2, i] = before[2, i]
        for i in range(3):
            for j in range(3):
                found[k, i, j] = (
                    after[0, i] * flat[0, j] + after[1, i] * flat[1, j] + after[2, i] * flat[2, j]
                )
    return found


@compiled
def carry(
    rest: Any, posed: Any, triangles: Any, triangle: Any, barycentric: Any, offset: Any,
    covariance: Any, low: Any, high: Any,
) -> Any:  # fmt: skip
    """Centres (n, 3) and covariances (n, 6) of splats on a posed mesh."""
    moved = deformations(rest, posed, triangles, np.float32(low), np.float32(high))
    count = len(triangle)
    means = np.empty((count, 3), np.float32)
    shapes = np.empty((count, 6), np.float32)
    half = np.empty((3, 3), np.float32)
    for n in range(count):
        k = triangle[n]
        j = moved[k]
        for i in range(3):
            place = np.float32(0)
            for c in range(3):
                place += barycentric[n, c] * posed[triangles[k, c], i]
            for c in range(3):
                place += j[i, c] * offset[n, c]
            means[n, i] = place
        xx, xy, xz, yy, yz, zz = covariance[n]
        for i in range(3):
            half[i, 0] = j[i, 0] * xx + j[i, 1] * xy + j[i, 2] * xz
            half[i, 1] = j[i, 0] * xy + j[i, 1] * yy + j[i, 2] * yz
            half[i, 2] = j[i, 0] * xz + j[i, 1] * yz + j[i, 2] * zz
        at = 0
        for i in range(3):
            for m in range(i, 3):
                shapes[n, at] = half[i, 0] * j[m, 0] + half[i, 1] * j[m, 1] + half[i, 2] * j[m, 2]
                at += 1
    return means, shapes


@inlined
def _footprint(point: Any, spread: Any, opacity: Any, height: Any, width: Any) -> Any:
    """Where a splat is seen: first and last row, first and last column (none: last before first),
    its centre in pixel indices, the coefficients of dx^2, dx dy, dy^2 and the end of its power."""
    xx, xy, yy = spread[0], spread[1], spread[2]
    determinant = xx * yy - xy * xy
    x, y = point[0] - np.float32(0.5), point[1] - np.float32(0.5)
    if determinant <= 0 or opacity < DARK:
        zero = np.float32(0)
        return 0, -1, 0, -1, x, y, zero, zero, zero, zero
    reach = min(CUT, np.log(opacity / DARK))
    wide, high = np.sqrt(2 * reach * xx), np.sqrt(2 * reach * yy)
    left, right = max(0, int(np.ceil(x - wide))), min(width - 1, int(np.floor(x + wide)))
    top, bottom = max(0, int(np.ceil(y - high))), min(height - 1, int(np.floor(y + high)))
    a, b, c = yy / determinant / 2, -xy / determinant, xx / determinant / 2
    return top, bottom, left, right, x, y, a, b, c, reach


@compiled
def draw_splats(
    order: Any, points: Any, spreads: Any, colours: Any, opacities: Any, through: Any, out: Any
) -> None:
    """Blend splats, nearest first in *order*, into *out* (h, w, 3; 0..1, premultiplied).

    *points* (n, 2) and *spreads* (n, 3: xx, xy, yy) in pixels. *through* (h, w) is how much each
    pixel still lets pass: ones before the first call.
    """
    height, width = through.shape
    for n in order:
        opacity = opacities[n]
        top, bottom, left, right, x, y, a, b, c, reach = _footprint(
            points[n], spreads[n], opacity, height, width
        )
        for row in range(top, bottom + 1):
            dy = row - y
            for column in range(left, right + 1):
                dx = column - x
                power = a * dx * dx + b * dx * dy + c * dy * dy
                if power > reach or through[row, column] < DARK:
                    continue
                alpha = min(FULL, opacity * np.exp(-np.float32(power)))
                share = through[row, column] * alpha
                through[row, column] -= share
                for i in range(3):
                    out[row, column, i] += share * colours[n, i]


@compiled
def gather_splats(
    order: Any, points: Any, spreads: Any, opacities: Any, through: Any, picture: Any, sums: Any
) -> None:
    """The transpose of `draw_splats`: what each splat sees of *picture* (h, w, 3), added to the
    first three columns of *sums* (n, 4); how many pixels it fills, to the last."""
    height, width = through.shape
    for n in order:
        opacity = opacities[n]
        top, bottom, left, right, x, y, a, b, c, reach = _footprint(
            points[n], spreads[n], opacity, height, width
        )
        for row in range(top, bottom + 1):
            dy = row - y
            for column in range(left, right + 1):
                dx = column - x
                power = a * dx * dx + b * dx * dy + c * dy * dy
                if power > reach or through[row, column] < DARK:
                    continue
                alpha = min(FULL, opacity * np.exp(-np.float32(power)))
                share = through[row, column] * alpha
                through[row, column] -= share
                for i in range(3):
                    sums[n, i] += share * picture[row, column, i]
                sums[n, 3] += share


def warm_up() -> None:
    """Compile, or load what was compiled before, so that the first picture need not wait."""
    points = np.eye(3, dtype=np.float32)
    triangles = np.array([[0, 1, 2]], np.int32)
    one, six = np.ones((1, 3), np.float32), np.ones((1, 6), np.float32)
    carry(points[None], points, triangles, np.zeros(1, np.int32), one, one, six, 0.2, 3.0)
    out, through = np.zeros((2, 2, 3), np.float32), np.ones((2, 2), np.float32)
    order = np.zeros(1, np.int64)
    draw_splats(order, one[:, :2].copy(), one, one, np.ones(1, np.float32), through, out)
