"""What makes the lips of one person meet along their seam, and open in the shapes of speech."""

from functools import cache

import numpy as np

from avatar_serving.avatars.correctives import neutral
from avatar_serving.avatars.fit import Fit
from avatar_serving.avatars.rig import Floats
from avatar_serving.avatars.surface import Indices, lip_pairs
from avatar_serving.faces import canonical_mesh
from avatar_serving.faces.topology import LIPS_INNER, LIPS_OUTER
from avatar_serving.media import ARKIT

INTO_LIPS, INTO_CORNERS = 0.16, 0.4
"""Shares of the way from the inner to the outer edge of the lips."""
REACH_CM = 0.7
"""Over what distance a movement of the seam spreads into the lips."""
CORNERS = (LIPS_OUTER[0], LIPS_OUTER[10])
ROUNDED = {"mouthPucker": 0.76, "mouthFunnel": 0.76}
"""Width of a mouth that rounds, over that of the mean mouth at rest: a mouth that was wide in the
photo has further to go."""
PRESSED, PRESSED_FROM = 0.1, 0.35
"""By how much the lips of a funnel overlap beside its opening, over the width of the mouth, and
from which share of its half on."""
FUNNEL, FUNNEL_WIDE = 0.34, 0.85
"""Height and width of a funnel's opening over the width of the mouth."""
OPENING = ("jawOpen", "mouthUpperUp", "mouthLowerDown", "mouthStretch", "mouthShrug", "tongueOut")
"""Beginnings of the names of shapes that may part the lips; no other does."""
SLIDING = ("jawLeft", "jawRight", "mouthLeft", "mouthRight")
"""Shapes in which one lip moves along the other."""
OVERLAP = 0.12
"""How far lips that do so overlap, over how far they slide."""
MOST = 1.4
"""At most so many times as far as the mean mouth goes: a face is known by a wide mouth too."""
ROUND_REACH_CM = 1.25
"""How far around them lips that round take the face along: cheeks and nose are who somebody is."""
FULLER = 0.12
"""How much higher rounded lips grow, over their height."""
ARCH = 0.05
"""How far the middle of rounded lips lies above their corners, in their own widths: a jaw that
opens below them makes the opening round."""


def on_flesh(rest: Floats) -> Floats:
    """(468, 3): the edge of an open mouth moved a little into the lips, and its corners outwards,
    so that lips which close show no sliver of teeth or shadow from the photo along their seam."""
    inner, outer = list(LIPS_INNER), list(LIPS_OUTER)
    share = np.full((len(inner), 1), INTO_LIPS)
    share[[0, 10]] = INTO_CORNERS
    moved = rest.copy()
    moved[inner] += (rest[outer] - rest[inner]) * share
    return moved


def close_lips(fit: Fit) -> Floats:
    """(468, 3): what to add to the neutral face so that the lips touch along their whole seam."""
    upper, lower = np.array(lip_pairs()).T
    face = neutral(fit)
    half = (face[lower] - face[upper]) / 2
    correction = _spread(half)
    correction[list(CORNERS)] = 0
    return correction


def shaped_lips(fit: Fit, face: Floats) -> Floats:
    """The shapes (52, 468, 3) with rounding that fits this person's mouth, and a seam that either
    opens or stays shut. *face* (468, 3): neutral, its mouth closed."""
    shapes = fit.shapes.copy()
    for name, share in ROUNDED.items():
        _round(shapes[ARKIT.index(name)], share, fit, face)
    for name, shape in zip(ARKIT, shapes, strict=True):
        part(shape, _wanted(name, shape, face))
        if name in SLIDING:
            _slide(shape, face)
    # By its definition it shuts lips over a jaw that is open by as much.
    part(shapes[ARKIT.index("mouthClose")], -opening(shapes[ARKIT.index("jawOpen")]))
    return shapes


def _round(shape: Floats, share: float, fit: Fit, face: Floats) -> None:
    """Bring the corners so near to one another, in place, and the lips' outer edges apart."""
    right, left = CORNERS
    points = canonical_mesh()[0]
    goal = share * fit.scale * np.linalg.norm(points[left] - points[right])
    along = face[left] - face[right]
    width = float(np.linalg.norm(along))
    along = along / width
    narrowed = float((shape[right] - shape[left]) @ along)
    if narrowed <= 0:
        return
    more = float(np.clip((width - goal) / narrowed, 1, MOST)) - 1
    shape += (shape @ along)[:, None] * along * more
    _arch(shape, face, width - narrowed * (1 + more))
    outer, inner = list(LIPS_OUTER), list(LIPS_INNER)
    arch = np.sin(np.linspace(0, 2 * np.pi, len(outer), endpoint=False))[:, None] ** 2
    shape[outer] += (face[outer] - face[inner]) * arch * FULLER
    shape *= np.exp(-((_from_lips() / ROUND_REACH_CM) ** 2))[:, None]


def _arch(shape: Floats, face: Floats, width: float) -> None:
    """Lower the corners, in place, until the seam of a mouth *width* wide is arched: one that
    curves up towards its corners, as in a smile, would open as a wedge below a row of teeth."""
    seam = face[[*LIPS_INNER, *CORNERS]]
    x = face[:, 0] - face[list(CORNERS), 0].mean()
    reach = float(np.abs(x[list(CORNERS)]).max())
    curve = float(np.polyfit(seam[:, 0] - face[list(CORNERS), 0].mean(), seam[:, 1], 2)[0])
    fall = max(curve + ARCH * width / reach**2, 0) * np.minimum(x**2, reach**2)
    shape[:, 1] -= fall * np.exp(-((_from_lips() / REACH_CM) ** 2))


@cache
def _from_lips() -> Floats:
    """(468,): how far each landmark of the mean face is from the lips' edges, in centimetres."""
    points = canonical_mesh()[0]
    apart = np.linalg.norm(points[:, None] - points[[*LIPS_OUTER, *LIPS_INNER]], axis=2)
    return np.asarray(apart.min(1))


def opening(shape: Floats) -> Floats:
    """(9,): how far a shape (468, 3) opens the seam at each of `lip_pairs`."""
    upper, lower = np.array(lip_pairs()).T
    return shape[upper, 1] - shape[lower, 1]


def _wanted(name: str, shape: Floats, face: Floats) -> Floats:
    """(9,): how far it ought to."""
    gap = np.maximum(opening(shape), 0)
    if name == "mouthFunnel":
        return _round_opening(float(gap.max()), face + shape)
    return gap if name.startswith(OPENING) else np.zeros_like(gap)


def _round_opening(high: float, moved: Floats) -> Floats:
    """(9,): an oval narrower than the mouth, at least *high*. Beside it the lips press upon each
    other, so that a jaw that opens below them does not part them there."""
    upper, _ = np.array(lip_pairs()).T
    ends = np.sort(moved[list(CORNERS), 0])
    width = float(ends[1] - ends[0])
    off = np.abs(2 * moved[upper, 0] - ends.sum()) / width
    beside = np.clip((off - PRESSED_FROM) / (1 - PRESSED_FROM), 0, 1)
    oval = np.sqrt(np.clip(1 - (off / FUNNEL_WIDE) ** 2, 0, 1))
    return max(high, FUNNEL * width) * oval - PRESSED * width * np.sin(np.pi * beside) ** 2


def part(shape: Floats, wanted: Floats) -> None:
    """Open the seam by as much as *wanted* (9,), in place."""
    step = np.zeros((len(wanted), 3))
    step[:, 1] = (wanted - opening(shape)) / 2
    shape += _spread(step)


def _slide(shape: Floats, face: Floats) -> None:
    """Keep a seam shut, in place, one side of which moves along the other: where it is curved or
    slanted, points that met would part."""
    upper, lower = np.array(lip_pairs()).T
    moved = face + shape
    edge = moved[[LIPS_INNER[0], *lower, LIPS_INNER[10]]]
    edge = edge[np.argsort(edge[:, 0])]
    below = np.interp(moved[upper, 0], edge[:, 0], edge[:, 1])
    over = OVERLAP * np.abs(shape[upper, 0] - shape[lower, 0])
    step = np.zeros((len(upper), 3))
    step[:, 1] = (below - over - moved[upper, 1]) / 2
    shape += _spread(step)


def _spread(step: Floats) -> Floats:
    """(468, 3): points of the seam's upper edge moved by *step* (9, 3), those of the lower by its
    opposite, the lips around them less and less."""
    upper, lower = np.array(lip_pairs()).T
    points = canonical_mesh()[0]
    seam = (points[upper] + points[lower])[:, 1].mean() / 2
    spread = np.zeros((len(points), 3), np.float32)
    for rim, move, side in ((upper, step, 1), (lower, -step, -1)):
        own = (points[:, 1] - seam) * side > -0.05
        spread += _around(rim, move, points) * own[:, None]
    # The rims themselves exactly, after both have pulled at each other's surroundings.
    spread[upper], spread[lower] = step, -step
    return spread


def _around(rim: Indices, move: Floats, points: Floats) -> Floats:
    apart = np.linalg.norm(points[:, None] - points[rim], axis=2)
    near = np.exp(-((apart / REACH_CM) ** 2))
    share = near / np.maximum(near.sum(1, keepdims=True), 1e-9)
    return share @ move * near.max(1)[:, None]
