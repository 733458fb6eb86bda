"""The whole evaluation of one avatar."""

from collections.abc import Iterator

from avatar_serving.avatars import package
from avatar_serving.drawings.portrait import ENGINE as DRAWING
from avatar_serving.evaluation import controls, landmarks, likeness
from avatar_serving.evaluation.closure import blink_seen, closure
from avatar_serving.evaluation.common import (
    Depth,
    Evaluated,
    cost_of,
    engine_of,
    not_run,
    resemblance,
    speech,
)
from avatar_serving.evaluation.drawn.evaluate import evaluate_drawing
from avatar_serving.evaluation.gallery import gallery
from avatar_serving.evaluation.results import Evaluation, Response
from avatar_serving.evaluation.stand import Stand
from avatar_serving.evaluation.subject import Subject
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import IdentityModel
from avatar_serving.media import Progress

__all__ = ["Depth", "Evaluated", "evaluate"]

NOT_RUN = {
    "LPIPS": "its network is in no package registry",
    "LSE-C, LSE-D (SyncNet)": "its network is in no package registry",
    "FID, CSIM on VFHQ": "needs a data set of videos",
}


def evaluate(subject: Subject, depth: Depth = Depth()) -> Iterator[Progress | Evaluated]:  # noqa: B008
    """Progress, and at last what was found, by the measures that suit a photo or a drawing.

    Raises:
        PackageInvalid: the package cannot be opened.
        ImageRejected: no face is found in the portrait.
    """
    yield Progress("open", 0.0, "Opening the avatar")
    if package.inspect(subject.package).engine.name == DRAWING.name:
        yield from evaluate_drawing(subject, depth)
    else:
        yield from _evaluate_photo(subject, depth)


def _evaluate_photo(subject: Subject, depth: Depth) -> Iterator[Progress | Evaluated]:
    rig = package.load(subject.package)
    stand = Stand(rig, FaceFinder())
    yield Progress("controls", 0.04, "Sweeping the controls")
    swept: list[controls.Swept] = []
    for found in controls.sweep_all(stand):
        swept.append(found)
        yield Progress("controls", 0.04 + 0.02 * len(swept), found.control.name)
    yield Progress("landmarks", 0.25, "Finding poses again")
    views = list(landmarks.random_views(stand))
    yield Progress("identity", 0.38, "Telling the person from others")
    who = likeness.identity(stand, IdentityModel(), subject.portrait)
    read: list[Response] = []
    if depth.responses:
        yield Progress("responses", 0.45, "Reading every shape")
        read = list(controls.responses(stand))
    synced = (yield from speech(stand)) if depth.speech else None
    yield Progress("cost", 0.97, "Timing")
    evaluation = Evaluation(
        avatar=subject.name,
        engine=engine_of(subject),
        resemblance=resemblance(stand, subject),
        landmarks=landmarks.compare(views, stand.face_width),
        controls=tuple(found.control for found in swept),
        responses=tuple(read),
        identity=who,
        closure=closure(stand, blink_seen(stand)),
        lip_sync=synced,
        cost=cost_of(stand, subject),
        not_run=not_run(subject, depth, NOT_RUN, "portrait") | _unasked(depth),
    )
    yield Evaluated(evaluation, gallery(stand, subject, swept, views))


def _unasked(depth: Depth) -> dict[str, str]:
    return {} if depth.responses else {"responses": "not asked for"}
