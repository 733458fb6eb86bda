"""Search for patches that look alike: PatchMatch (Barnes et al. 2009), compiled, on one core.

A *field* (h, w, 2) gives for each pixel the row and column of its source; sources are pixels whose
whole patch is known. Patches are squares of side 2 * RADIUS + 1. Random numbers come from a fixed
seed: the same picture gives the same field.
"""

from typing import Any

import numpy as np

from avatar_serving.avatars.compiled import compiled, inlined

RADIUS = 3
MODULUS, FACTOR = 2147483647, 48271
"""Of the minimal standard random number generator (Park and Miller 1993)."""


@inlined
def _distance(picture: Any, y: Any, x: Any, v: Any, u: Any, best: Any) -> Any:
    """Sum of squared differences of the patches around (y, x) and (v, u); more than *best* when it
    is not less. Outside the picture there is nothing to differ from."""
    height, width = picture.shape[0], picture.shape[1]
    total = np.float32(0)
    for dy in range(-RADIUS, RADIUS + 1):
        if y + dy < 0 or y + dy >= height:
            continue
        for dx in range(-RADIUS, RADIUS + 1):
            if x + dx < 0 or x + dx >= width:
                continue
            for i in range(3):
                apart = picture[y + dy, x + dx, i] - picture[v + dy, u + dx, i]
                total += apart * apart
        if total >= best:
            return total
    return total


@compiled
def search(picture: Any, wanted: Any, source: Any, field: Any, rounds: int, seed: int) -> None:
    """Improve *field* at *wanted* pixels: by what serves their neighbours, and at random.

    *picture* (h, w, 3) float32; *wanted*, *source* (h, w) bool.
    """
    height, width = wanted.shape
    state = seed
    for turn in range(rounds):
        step = 1 if turn % 2 == 0 else -1
        rows = range(height) if step == 1 else range(height - 1, -1, -1)
        for y in rows:
            for k in range(width):
                x = k if step == 1 else width - 1 - k
                if not wanted[y, x]:
                    continue
                v, u = field[y, x, 0], field[y, x, 1]
                best = _distance(picture, y, x, v, u, np.float32(1e30))
                for side in range(2):
                    ny, nx = (y - step, x) if side == 0 else (y, x - step)
                    if ny < 0 or ny >= height or nx < 0 or nx >= width or not wanted[ny, nx]:
                        continue
                    cv, cu = field[ny, nx, 0] + y - ny, field[ny, nx, 1] + x - nx
                    if cv < 0 or cv >= height or cu < 0 or cu >= width or not source[cv, cu]:
                        continue
                    apart = _distance(picture, y, x, cv, cu, best)
                    if apart < best:
                        v, u, best = cv, cu, apart
                reach = max(height, width)
                while reach >= 1:
                    state = state * FACTOR % MODULUS
                    cv = v + state % (2 * reach + 1) - reach
                    state = state * FACTOR % MODULUS
                    cu = u + state % (2 * reach + 1) - reach
                    if 0 <= cv < height and 0 <= cu < width and source[cv, cu]:
                        apart = _distance(picture, y, x, cv, cu, best)
                        if apart < best:
                            v, u, best = cv, cu, apart
                    reach //= 2
                field[y, x, 0], field[y, x, 1] = v, u


@compiled
def vote(picture: Any, wanted: Any, hole: Any, trust: Any, field: Any) -> None:
    """Give each pixel of the *hole* the mean of what the patches over it say, in place; a patch
    counts by the *trust* (h, w) in its middle."""
    height, width = wanted.shape
    known = picture.copy()
    for y in range(height):
        for x in range(width):
            if not hole[y, x]:
                continue
            total0 = total1 = total2 = weight = np.float32(0)
            for dy in range(-RADIUS, RADIUS + 1):
                for dx in range(-RADIUS, RADIUS + 1):
                    ny, nx = y + dy, x + dx
                    if ny < 0 or ny >= height or nx < 0 or nx >= width or not wanted[ny, nx]:
                        continue
                    v, u = field[ny, nx, 0] - dy, field[ny, nx, 1] - dx
                    share = trust[ny, nx] / (1 + dy * dy + dx * dx)
                    total0 += known[v, u, 0] * share
                    total1 += known[v, u, 1] * share
                    total2 += known[v, u, 2] * share
                    weight += share
            picture[y, x, 0] = total0 / weight
            picture[y, x, 1] = total1 / weight
            picture[y, x, 2] = total2 / weight


def warm_up() -> None:
    """Compile, or load what was compiled before."""
    picture = np.zeros((2, 2, 3), np.float32)
    none, field = np.zeros((2, 2), bool), np.zeros((2, 2, 2), np.int32)
    search(picture, none, none, field, 1, 1)
    vote(picture, none, none, picture[..., 0].copy(), field)
