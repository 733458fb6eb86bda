"""What is done with splats that are folded away, for players that change neither their size nor
their opacity, nor the order in which they draw.

What the neutral face folds away waits behind the skin: a lid as it is when shut, slid up until its
edge is that of the open lid, to come down from under the skin as a real one does; what else
unfolds, straight behind its place. What a shape folds away stays on the skin: players would pile
it up where it is gathered.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.splats import Splats
from avatar_serving.media import ARKIT

BEHIND = 0.006
"""How far behind the skin, in image squares: further, and a lid would stay there until the eye is
nearly shut."""
INSIDE = 0.02
"""How far back what else unfolds waits: behind lips."""
ASIDE = 0.01
"""How far along the edge of a lid its way down is looked for: a column of its strip and those
beside it."""
ABOVE = 0.003
"""How far above the edge of the open lid the shut lid's own waits."""
LIDS = tuple(i for i, name in enumerate(ARKIT) if name.startswith("eyeBlink"))


def put_away(
    means: Floats, morphs: Floats, folded: NDArray[np.bool_], opened_by: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """*means* (n, 3) and *morphs* (52, n, 3) of splats with those that are *folded* (n,) out of
    sight. *opened_by* (n,): the ARKIT shape that unfolds each; it still takes it to its place."""
    waiting = means.copy()
    for shape in np.unique(opened_by[folded]):
        those = np.flatnonzero(folded & (opened_by == shape))
        if shape in LIDS:
            waiting[those] = _above(means, morphs[shape], those, folded)
        else:
            waiting[those, 2] -= INSIDE
    changed = morphs.copy()
    those = np.flatnonzero(folded)
    changed[opened_by[those], those] += means[those] - waiting[those]
    return waiting, changed


def _above(
    means: Floats, blink: Floats, those: NDArray[np.intp], folded: NDArray[np.bool_]
) -> Floats:
    """(k, 3): under the skin above the eye, for *those* (k,) of a lid that *blink* (n, 3) shuts."""
    edge, shut = means[those], means[those] + blink[those]
    columns = KDTree(edge[:, :2]).query_ball_point(edge[:, :2], ASIDE)
    drop = np.array([blink[those[column], 1].min() for column in columns])
    found = shut.copy()
    found[:, 1] += ABOVE - drop
    skin = np.flatnonzero(~folded)
    near = KDTree(means[skin, :2]).query(found[:, :2], 8)[1]
    found[:, 2] = means[skin[near], 2].min(1) - BEHIND
    return found


def facing_of(splats: Splats, triangles: NDArray[np.int32], posed: Floats) -> Floats:
    """(n,): above 0 where the triangle of a splat turns its front to the viewer, in a mesh whose
    corners are *posed* (v, 3)."""
    a, b, c = (posed[triangles[:, corner], :2] for corner in range(3))
    across, along = b - a, c - a
    return (across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0])[splats.triangle]


def stay(means: Floats, morph: Floats, away: NDArray[np.bool_], skin: NDArray[np.bool_]) -> None:
    """Splats that are *away* (n,) move in *morph* (n, 3) as the nearest of the *skin* (n,) does."""
    if away.any() and skin.any():
        near = KDTree(means[skin]).query(means[away])[1]
        morph[away] = morph[skin][near]
