"""Where splats wait that the neutral face folds away, for players that change neither their size
nor their opacity: behind the skin.

A lid waits as it is when shut, slid up until its edge is that of the open lid, and comes down from
under the skin as a real one does. What else unfolds waits straight behind its place.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from avatar_serving.avatars.rig import Floats
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
