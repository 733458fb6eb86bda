"""What avatars should reach, and what they must never fall below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from avatar_serving.evaluation.drawn.results import DrawnEvaluation
from avatar_serving.evaluation.results import Control, Evaluation

Either = Evaluation | DrawnEvaluation
E = TypeVar("E", bound=Either, contravariant=True)
Sense = Literal["least", "most"]


@dataclass(frozen=True, slots=True)
class Target(Generic[E]):
    name: str
    of: Callable[[E], float | None]
    """None: not measured."""
    sense: Sense
    """Whether *goal* and *floor* are the least or the most that is right."""
    goal: float
    floor: float
    """A little looser than the goal: what the tests hold for one portrait and one drawing."""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    target: Target[Evaluation] | Target[DrawnEvaluation]
    value: float | None

    @property
    def reached(self) -> bool | None:
        return self._holds(self.target.goal)

    @property
    def held(self) -> bool | None:
        """Not below the floor."""
        return self._holds(self.target.floor)

    def _holds(self, bound: float) -> bool | None:
        if self.value is None:
            return None
        return self.value >= bound if self.target.sense == "least" else self.value <= bound


def _correlation(name: str) -> Callable[[Either], float | None]:
    return lambda e: next((c.correlation for c in e.controls if c.name == name), None)


def _off_one(
    name: str, slope: Callable[[Control], float | None] = lambda c: c.slope
) -> Callable[[Evaluation], float | None]:
    def error(evaluation: Evaluation) -> float | None:
        found = next((slope(c) for c in evaluation.controls if c.name == name), None)
        return None if found is None else abs(found - 1)

    return error


CLOSED: tuple[Target[Either], ...] = (
    Target("lips closed, neutral", lambda e: e.closure.lips_neutral, "most", 0.002, 0.003),
    Target("lips closed, jaw open", lambda e: e.closure.lips_jaw_closed, "most", 0.005, 0.006),
    Target("lids closed", lambda e: e.closure.lids_blink, "most", 0.002, 0.003),
    Target("eyeball left in a blink", lambda e: e.closure.eyes_left, "most", 0.01, 0.02),
)

SPOKEN_AND_COST: tuple[Target[Either], ...] = (
    Target("lip sync lag, size", lambda e: abs(e.lip_sync.lag_ms) if e.lip_sync else None,
           "most", 20, 25, "ms"),
    Target("closures hit", lambda e: e.lip_sync.closure_hits if e.lip_sync else None,
           "least", 0.95, 0.9),
    Target("closed in silence", lambda e: e.lip_sync.closed_in_silence if e.lip_sync else None,
           "least", 0.95, 0.95),
    Target("build", lambda e: e.cost.build_cpu_s, "most", 5, 12, "s CPU"),
    Target("package", lambda e: e.cost.package_bytes / 1e6, "most", 3, 3.5, "MB"),
    Target("frame 512 x 512", lambda e: e.cost.render_ms, "most", 10, 60, "ms CPU"),
)  # fmt: skip


TARGETS: tuple[Target[Evaluation], ...] = (
    Target("input view PSNR", lambda e: e.resemblance.psnr_db if e.resemblance else None,
           "least", 36, 35, "dB"),
    Target("input view SSIM", lambda e: e.resemblance.ssim if e.resemblance else None,
           "least", 0.97, 0.965),
    Target("landmarks found", lambda e: e.landmarks.found / e.landmarks.poses, "least", 1, 1),
    Target("landmark error (NME)", lambda e: e.landmarks.nme, "most", 0.015, 0.016),
    Target("jaw correlation", _correlation("jaw"), "least", 0.97, 0.96),
    Target("smile correlation", _correlation("smile"), "least", 0.97, 0.96),
    Target("pucker correlation", _correlation("pucker"), "least", 0.97, 0.96),
    Target("blink correlation", _correlation("blink"), "least", 0.95, 0.94),
    Target("lids correlation", _correlation("lids"), "least", 0.97, 0.96),
    Target("brows up correlation", _correlation("brows up"), "least", 0.97, 0.96),
    Target("brows down correlation", _correlation("brows down"), "least", 0.97, 0.96),
    Target("yaw correlation", _correlation("yaw"), "least", 0.97, 0.97),
    Target("pitch correlation", _correlation("pitch"), "least", 0.97, 0.97),
    Target("roll correlation", _correlation("roll"), "least", 0.97, 0.97),
    Target("yaw slope off 1", _off_one("yaw"), "most", 0.1, 0.12),
    Target("pitch slope off 1", _off_one("pitch"), "most", 0.1, 0.12),
    Target("yaw slope as read, off 1", _off_one("yaw", lambda c: c.read_slope), "most", 0.1, 0.15),
    Target("identity, worst view", lambda e: e.identity.worst, "most", 0.40, 0.41),
    Target("identity, mean", lambda e: e.identity.mean, "most", 0.35, 0.36),
    *CLOSED,
    Target("blink seen", lambda e: e.closure.blink_seen, "least", 0.85, 0.83),
    Target("face folded over", lambda e: e.closure.folded, "most", 0.002, 0.003),
    Target("lip sync correlation", lambda e: e.lip_sync.correlation if e.lip_sync else None,
           "least", 0.7, 0.65),
    *SPOKEN_AND_COST,
)  # fmt: skip

DRAWN_TARGETS: tuple[Target[DrawnEvaluation], ...] = (
    Target("input view PSNR", lambda e: e.resemblance.psnr_db if e.resemblance else None,
           "least", 32, 31, "dB"),
    Target("features found", lambda e: e.landmarks.found / e.landmarks.poses, "least", 1, 0.95),
    Target("feature error (NME)", lambda e: e.landmarks.nme, "most", 0.02, 0.025),
    Target("jaw correlation", _correlation("jaw"), "least", 0.97, 0.96),
    Target("smile correlation", _correlation("smile"), "least", 0.95, 0.95),
    Target("pucker correlation", _correlation("pucker"), "least", 0.95, 0.95),
    Target("blink correlation", _correlation("blink"), "least", 0.95, 0.94),
    Target("brows up correlation", _correlation("brows up"), "least", 0.95, 0.95),
    Target("gaze correlation", _correlation("gaze"), "least", 0.95, 0.95),
    *CLOSED,
    Target("blink seen", lambda e: e.closure.blink_seen, "least", 0.95, 0.93),
    Target("face folded over", lambda e: e.closure.folded, "most", 0.002, 0.01),
    Target("lid's colour off the skin's", lambda e: e.fills.lid, "most", 5, 5, "Lab"),
    Target("mouth's inside filled", lambda e: e.fills.mouth, "least", 0.95, 0.95),
    Target("holes", lambda e: e.fills.holes, "most", 0.001, 0.002),
    Target("lip sync correlation", lambda e: e.lip_sync.correlation if e.lip_sync else None,
           "least", 0.7, 0.6),
    *SPOKEN_AND_COST,
)  # fmt: skip


def verdicts(evaluation: Either) -> tuple[Verdict, ...]:
    if isinstance(evaluation, DrawnEvaluation):
        return tuple(Verdict(target, target.of(evaluation)) for target in DRAWN_TARGETS)
    return tuple(Verdict(target, target.of(evaluation)) for target in TARGETS)
