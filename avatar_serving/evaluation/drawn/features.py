"""Poses at random: are the eyes, brows and the mouth of a drawing where the rig put them?"""

from collections.abc import Iterator

import numpy as np

from avatar_serving.avatars.rig import Floats
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.drawn.view import DrawnView, look_at, seen_brow
from avatar_serving.evaluation.landmarks import random_poses
from avatar_serving.evaluation.results import Landmarks
from avatar_serving.evaluation.stand import Points, Stand
from avatar_serving.faces.topology import LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE

PARTS = ("eyes", "brows", "mouth")
Errors = dict[str, list[float]]
"""Distances in pixels, by part; a part that was not found has none."""


def random_views(stand: Stand) -> Iterator[DrawnView]:
    for values in random_poses():
        yield look_at(stand, values)


def errors(view: DrawnView) -> Errors:
    found, geometry = view.found, view.geometry
    out: Errors = {part: [] for part in PARTS}
    for eye, ring in ((found.right_eye, RIGHT_EYE), (found.left_eye, LEFT_EYE)):
        if eye is not None:
            out["eyes"].append(_away(view, eye.middle, _middle(geometry[list(ring)])))
    for eye, ids in ((found.right_eye, RIGHT_BROW), (found.left_eye, LEFT_BROW)):
        if (brow := seen_brow(view, eye)) is not None:
            out["brows"].append(_away(view, brow.mean(0), geometry[list(ids)].mean(0)))
    if (mouth := found.mouth) is not None:
        for i, corner in ((0, measures.RIGHT_CORNER), (-1, measures.LEFT_CORNER)):
            at = np.array([mouth.x[i], mouth.seam[i]])
            out["mouth"].append(_away(view, at, geometry[corner]))
    return out


def complete(view: DrawnView) -> bool:
    """Both eyes and the mouth were found."""
    return len(view.eyes) == 2 and view.found.mouth is not None


def error(view: DrawnView) -> float:
    """Mean distance in pixels; infinite where something was not found."""
    each = [e for part in errors(view).values() for e in part]
    return float(np.mean(each)) if complete(view) else float("inf")


def compare(views: list[DrawnView], face_width: float) -> Landmarks:
    """*face_width*: in pixels of the views."""
    found = [errors(view) for view in views if complete(view)]
    of = {p: [e / face_width for one in found for e in one[p]] for p in PARTS}
    means = [np.mean([e for part in one.values() for e in part]) / face_width for one in found]
    known = np.array(means or [np.nan])
    return Landmarks(
        poses=len(views),
        found=len(found),
        nme=round(float(known.mean()), 5),
        nme_p95=round(float(np.percentile(known, 95)), 5),
        parts={p: round(float(np.mean(e)), 5) if e else float("nan") for p, e in of.items()},
    )


def _middle(ring: Points) -> Points:
    return (ring.min(0) + ring.max(0)) / 2


def _away(view: DrawnView, at: Floats, asked: Points) -> float:
    return float(np.linalg.norm(view.to_picture(at[0], at[1]) - asked))
