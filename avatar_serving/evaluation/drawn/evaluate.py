"""The whole evaluation of one drawn avatar."""

from collections.abc import Iterator

from avatar_serving.avatars import package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.drawings.overlay import overlay
from avatar_serving.evaluation.closure import closure
from avatar_serving.evaluation.common import (
    Depth,
    Evaluated,
    Pixels,
    cost_of,
    engine_of,
    not_run,
    resemblance,
    speech,
)
from avatar_serving.evaluation.drawn import controls, features
from avatar_serving.evaluation.drawn.fills import POSES, blink_seen, fills
from avatar_serving.evaluation.drawn.results import DrawnEvaluation
from avatar_serving.evaluation.drawn.view import DrawnView, look_at
from avatar_serving.evaluation.stand import Stand
from avatar_serving.evaluation.subject import Subject
from avatar_serving.faces import FaceFinder
from avatar_serving.media import Progress

NOT_RUN = {
    "identity": "the face descriptor knows photographs only",
    "responses": "the blendshape model knows photographs only",
    "yaw, pitch, roll": "the pose model knows photographs only; the landmarks' poses turn the head",
}
WORST = 4


def evaluate_drawing(subject: Subject, depth: Depth) -> Iterator[Progress | Evaluated]:
    """Progress, and at last what was found. Raises PackageInvalid."""
    stand = Stand(package.load(subject.package), FaceFinder())
    swept: list[controls.Swept] = []
    for found in controls.sweep_all(stand):
        swept.append(found)
        yield Progress("controls", 0.05 * len(swept), found.control.name)
    yield Progress("landmarks", 0.35, "Finding eyes and mouth again")
    views = list(features.random_views(stand))
    yield Progress("fills", 0.5, "Looking at what was painted")
    painted = fills(stand)
    synced = (yield from speech(stand, seen_aperture)) if depth.speech else None
    yield Progress("cost", 0.97, "Timing")
    evaluation = DrawnEvaluation(
        avatar=subject.name,
        engine=engine_of(subject),
        resemblance=resemblance(stand, subject),
        landmarks=features.compare(views, stand.face_width),
        controls=tuple(found.control for found in swept if found.control.found),
        closure=closure(stand, blink_seen(stand)),
        fills=painted,
        lip_sync=synced,
        cost=cost_of(stand, subject),
        not_run=not_run(subject, depth, NOT_RUN, "drawing") | _not_found(swept),
    )
    yield Evaluated(evaluation, _gallery(stand, subject, swept, views))


def seen_aperture(stand: Stand, values: tuple[float, ...]) -> float | None:
    view = look_at(stand, values)
    return controls.aperture(view, view)


def _gallery(
    stand: Stand, subject: Subject, swept: list[controls.Swept], views: list[DrawnView]
) -> dict[str, tuple[Pixels, ...]]:
    """Rows of pictures by their title."""
    portrait = () if subject.portrait is None else (subject.portrait,)
    worst = sorted(views, key=lambda view: -features.error(view))[:WORST]
    return {
        "the drawing, if given, and the neutral face": (*portrait, stand.draw(pose_values({}))),
        **{s.control.name: tuple(v.picture for v in s.views[::2]) for s in swept},
        "poses that are looked through for holes": tuple(stand.draw(pose_values(p)) for p in POSES),
        "poses found least well": tuple(overlay(view.found) for view in worst),
    }


def _not_found(swept: list[controls.Swept]) -> dict[str, str]:
    hidden = [found.control.name for found in swept if not found.control.found]
    return dict.fromkeys(hidden, "what it moves was not found in the drawing: hair may hide it")
