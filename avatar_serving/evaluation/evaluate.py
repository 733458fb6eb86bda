"""The whole evaluation of one avatar."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import package
from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation import controls, landmarks, likeness, lip_sync
from avatar_serving.evaluation.closure import closure
from avatar_serving.evaluation.gallery import gallery
from avatar_serving.evaluation.results import Cost, Evaluation, LipSync, Resemblance, Response
from avatar_serving.evaluation.stand import Stand
from avatar_serving.evaluation.subject import Subject
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import IdentityModel
from avatar_serving.flow import collect, last
from avatar_serving.media import AnimateRequest, FaceFrame, Progress, Speech, SpeechRequest
from avatar_serving.stages.animate import PhonesConfig
from avatar_serving.stages.tts import HibariConfig

Pixels = NDArray[np.uint8]

SENTENCE = "Maybe my mother bought a big blue umbrella. But papa got a warm map of Paris."
TAIL_S = 0.3
"""Of silence after the sentence."""
TIMED_FRAMES = 15
NOT_RUN = {
    "LPIPS": "its network is in no package registry",
    "LSE-C, LSE-D (SyncNet)": "its network is in no package registry",
    "FID, CSIM on VFHQ": "needs a data set of videos",
}


@dataclass(frozen=True, slots=True)
class Depth:
    """What is measured; the quick way leaves out what takes most of the time."""

    speech: bool = True
    responses: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    evaluation: Evaluation
    pictures: dict[str, tuple[Pixels, ...]]
    """Rows of pictures by their title."""


def evaluate(subject: Subject, depth: Depth = Depth()) -> Iterator[Progress | Evaluated]:  # noqa: B008
    """Progress, and at last what was found.

    Raises:
        PackageInvalid: the package cannot be opened.
        ImageRejected: no face is found in the portrait.
    """
    yield Progress("open", 0.0, "Opening the avatar")
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
    synced: LipSync | None = None
    if depth.speech:
        yield Progress("speech", 0.6, "Speaking a sentence")
        for step in _speech(stand):
            if isinstance(step, LipSync):
                synced = step
            else:
                yield step
    yield Progress("cost", 0.97, "Timing")
    evaluation = Evaluation(
        avatar=subject.name,
        engine=_engine(subject),
        resemblance=_resemblance(stand, subject),
        landmarks=landmarks.compare(views, stand.face_width),
        controls=tuple(found.control for found in swept),
        responses=tuple(read),
        identity=who,
        closure=closure(stand),
        lip_sync=synced,
        cost=_cost(stand, subject),
        not_run=_not_run(subject, depth),
    )
    yield Evaluated(evaluation, gallery(stand, subject, swept, views))


def _engine(subject: Subject) -> str:
    engine = package.inspect(subject.package).engine
    return f"{engine.name} {engine.version}"


def _resemblance(stand: Stand, subject: Subject) -> Resemblance | None:
    if subject.portrait is None:
        return None
    whole = Stand(stand.rig, stand.finder, len(subject.portrait))
    return likeness.resemblance(whole.draw(stand.rig.rest_weights, 1.0), subject.portrait)


def _speech(stand: Stand) -> Iterator[Progress | LipSync]:
    speech, frames = spoken(SENTENCE)
    for step in lip_sync.watch(stand, frames):
        if isinstance(step, lip_sync.Watched):
            yield lip_sync.judge(speech, SENTENCE, step)
        else:
            yield Progress("speech", 0.6 + 0.36 * step, "Watching the lips")


def spoken(text: str) -> tuple[Speech, list[FaceFrame]]:
    """A sentence as the CPU profile says and shows it, head and all."""
    voice = HibariConfig().build()
    speech = asyncio.run(last(voice.run(SpeechRequest(text, "hibari"))))
    request = AnimateRequest(speech.audio.seconds + TAIL_S, phones=speech.phones)
    return speech, asyncio.run(collect(PhonesConfig().build().run(request)))


def _cost(stand: Stand, subject: Subject) -> Cost:
    values = pose_values({"jawOpen": 0.3, "mouthSmile": 0.4, "headYaw": 8.0})
    built = subject.built
    return Cost(
        build_s=round(built.seconds, 2) if built else None,
        build_cpu_s=round(built.cpu_s, 2) if built else None,
        package_bytes=len(subject.package),
        render_ms=_timed(lambda: stand.draw(values)),
        pose_ms=_timed(lambda: pose(stand.rig, values)),
    )


def _timed(work: Callable[[], object]) -> float:
    """Median milliseconds of this thread's processor time."""
    times: list[float] = []
    for _ in range(TIMED_FRAMES):
        start = time.thread_time()
        work()
        times.append(1000 * (time.thread_time() - start))
    return round(float(np.median(times)), 2)


def _not_run(subject: Subject, depth: Depth) -> dict[str, str]:
    missing = dict(NOT_RUN)
    if subject.portrait is None:
        missing["input-view PSNR and SSIM"] = "the portrait was not given"
    if subject.built is None:
        missing["build time"] = "the package was given, not the portrait"
    if not depth.speech:
        missing["lip sync"] = "not asked for"
    if not depth.responses:
        missing["responses"] = "not asked for"
    return missing
