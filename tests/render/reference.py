"""The renderer's meaning in plain numpy: every pixel against every triangle."""

import numpy as np

from avatar_serving.avatars.raster import CLEAR, FARTHEST, FLAT, SLACK


def draw_coloured(points, triangles, colours, depth, out) -> None:  # type: ignore[no-untyped-def]
    for triangle in triangles:
        inside, shares, z = _covered(points[triangle], depth)
        if inside is None:
            continue
        shade = np.clip(shares @ colours[triangle], 0, 255) + 0.5
        out[inside] = shade[inside].astype(np.uint8)
        depth[inside] = z[inside]


def draw_textured(points, triangles, uv, texture, depth, out) -> None:  # type: ignore[no-untyped-def]
    for triangle in triangles:
        inside, shares, z = _covered(points[triangle], depth)
        if inside is None:
            continue
        texel = _bilinear(texture, shares @ uv[triangle] - 0.5)
        alpha = texel[..., 3]
        inside &= alpha >= CLEAR
        share = (alpha / 255)[..., None]
        blended = texel[..., :3] * share + out * (1 - share)
        out[inside] = np.round(blended[inside]).astype(np.uint8)
        depth[inside] = z[inside]


def _covered(corners, depth):  # type: ignore[no-untyped-def]
    """Which pixel centres a triangle covers before what is drawn, its shares and its depth."""
    (ax, ay), (bx, by), (cx, cy) = corners[:, :2]
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    if abs(area) < FLAT:
        return None, None, None
    y, x = np.mgrid[: depth.shape[0], : depth.shape[1]] + 0.5
    second = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
    third = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
    shares = np.stack([1 - second - third, second, third], -1)
    z = shares @ corners[:, 2]
    return (shares >= -SLACK).all(-1) & (z > depth), shares, z


def _bilinear(texture, at):  # type: ignore[no-untyped-def]
    rows, columns = texture.shape[:2]
    x = np.clip(at[..., 0], 0, columns - 1.001)
    y = np.clip(at[..., 1], 0, rows - 1.001)
    column, row = x.astype(int), y.astype(int)
    fx, fy = (x - column)[..., None], (y - row)[..., None]
    t = texture.astype(np.float64)
    top = t[row, column] * (1 - fx) + t[row, column + 1] * fx
    bottom = t[row + 1, column] * (1 - fx) + t[row + 1, column + 1] * fx
    return np.round(top * (1 - fy) + bottom * fy)


def fresh_depth(size: int) -> np.ndarray:
    return np.full((size, size), FARTHEST, np.float64)
