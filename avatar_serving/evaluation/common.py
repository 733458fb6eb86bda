"""What evaluations of photos and of drawings share."""

import asyncio
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.avatars import package
from avatar_serving.avatars.rig import pose
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.evaluation import likeness, lip_sync
from avatar_serving.evaluation.drawn.results import DrawnEvaluation
from avatar_serving.evaluation.results import Cost, Evaluation, LipSync, Resemblance
from avatar_serving.evaluation.stand import Stand
from avatar_serving.evaluation.subject import Subject
from avatar_serving.flow import collect, last
from avatar_serving.media import AnimateRequest, FaceFrame, Progress, Speech, SpeechRequest
from avatar_serving.stages.animate import PhonesConfig
from avatar_serving.stages.tts import HibariConfig

Pixels = NDArray[np.uint8]

SENTENCE = "Maybe my mother bought a big blue umbrella. But papa got a warm map of Paris."
TAIL_S = 0.3
"""Of silence after the sentence."""
TIMED_FRAMES = 15


@dataclass(frozen=True, slots=True)
class Depth:
    """What is measured; the quick way leaves out what takes most of the time."""

    speech: bool = True
    responses: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    evaluation: Evaluation | DrawnEvaluation
    pictures: dict[str, tuple[Pixels, ...]]
    """Rows of pictures by their title."""


def engine_of(subject: Subject) -> str:
    engine = package.inspect(subject.package).engine
    return f"{engine.name} {engine.version}"


def resemblance(stand: Stand, subject: Subject) -> Resemblance | None:
    if subject.portrait is None:
        return None
    whole = Stand(stand.rig, stand.finder, len(subject.portrait))
    return likeness.resemblance(whole.draw(stand.rig.rest_weights, 1.0), subject.portrait)


def speech(
    stand: Stand, look: lip_sync.Look = lip_sync.seen_aperture
) -> Generator[Progress, None, LipSync]:
    """Has a sentence said, and judges the lips by how *look* sees them."""
    yield Progress("speech", 0.6, "Speaking a sentence")
    said, frames = _spoken(SENTENCE)
    watched = yield from lip_sync.watch(stand, frames, look)
    return lip_sync.judge(said, SENTENCE, watched)


def _spoken(text: str) -> tuple[Speech, list[FaceFrame]]:
    """A sentence as the CPU profile says and shows it, head and all."""
    voice = HibariConfig().build()
    speech = asyncio.run(last(voice.run(SpeechRequest(text, "hibari"))))
    seconds = speech.audio.seconds + TAIL_S
    request = AnimateRequest(seconds, phones=speech.phones, audio=speech.audio)
    return speech, asyncio.run(collect(PhonesConfig().build().run(request)))


def not_run(
    subject: Subject, depth: Depth, never: Mapping[str, str], picture: str
) -> dict[str, str]:
    """What was not measured and why: what *never* is, and what was not given or asked for.
    *picture*: what the avatar was made of."""
    missing = dict(never)
    if subject.portrait is None:
        missing["input-view PSNR and SSIM"] = f"the {picture} was not given"
    if subject.built is None:
        missing["build time"] = f"the package was given, not the {picture}"
    if not depth.speech:
        missing["lip sync"] = "not asked for"
    return missing


def cost_of(stand: Stand, subject: Subject) -> Cost:
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
