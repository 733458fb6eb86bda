"""The scenarios: pure functions from a shape and a seed to a list of visits.

Arrivals are open-loop: users come when they come, however slow the service is. Within a visit a
user waits for each answer, as people do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from load_tests.plan import Link, Visit

SETTLE = 0.2
"""Share of a run in which the users of steady scenarios arrive."""
_FLASH_S = 2.0
_STAY = 1 / 3
"""Mean stay of users who come and go, as a share of the run."""
_SHORTEST_S = 3.0
_CREATIONS_PER_MIN = 12.0

LINKS = (
    None,
    Link("mobile", down_kbits=3000, up_kbits=1500, delay_ms=60, jitter_ms=60),
    Link("poor wifi", down_kbits=6000, up_kbits=3000, delay_ms=15, jitter_ms=250),
    Link("far away", delay_ms=140, jitter_ms=20),
    Link("handover", delay_ms=30, jitter_ms=20, cut_s=8),
)
"""A session sends 540 kbit/s and is sent about 600 while the avatar speaks."""


@dataclass(frozen=True, slots=True)
class Shape:
    sessions: int
    """Live sessions at the height of the run."""
    seconds: float
    seed: int = 1


Stay = tuple[float, float]
"""Arrives and leaves, seconds after the start."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    about: str
    stays: Callable[[Shape, Random], list[Stay]]
    interrupts: float = 0.1
    languages: tuple[str, ...] = ("en",)
    links: tuple[Link | None, ...] = (None,)
    creations_per_min: float = 0.0

    def visits(self, shape: Shape) -> tuple[Visit, ...]:
        """In order of arrival; the same for the same *shape*."""
        rng = Random(f"{self.name} {shape}")
        stays = [(*stay, False) for stay in self.stays(shape, rng)]
        stays += [(at_s, at_s, True) for at_s in poisson(self.creations_per_min / 60, shape, rng)]
        return tuple(
            Visit(
                index=i,
                at_s=at_s,
                until_s=until_s,
                seed=rng.randrange(2**31),
                language=self.languages[i % len(self.languages)],
                interrupts=self.interrupts,
                link=self.links[i % len(self.links)],
                creates=creates,
            )
            for i, (at_s, until_s, creates) in enumerate(sorted(stays))
        )


def poisson(rate: float, shape: Shape, rng: Random) -> list[float]:
    """Arrivals of a Poisson process of *rate* a second, over the run."""
    times, at_s = list[float](), 0.0
    while rate > 0 and (at_s := at_s + rng.expovariate(rate)) < shape.seconds:
        times.append(at_s)
    return times


def steady(shape: Shape, rng: Random) -> list[Stay]:
    """All arrive within the first fifth, at random, and stay."""
    window_s = shape.seconds * SETTLE
    # Given how many come, the arrivals of a Poisson process are uniform.
    return [(rng.uniform(0, window_s), shape.seconds) for _ in range(shape.sessions)]


def ramp(shape: Shape, rng: Random) -> list[Stay]:
    """One more every so often, until all are there at nine tenths of the run."""
    step_s = shape.seconds * 0.9 / shape.sessions
    return [((i + rng.random()) * step_s, shape.seconds) for i in range(shape.sessions)]


def churn(shape: Shape, rng: Random) -> list[Stay]:
    """Users come by a Poisson process and stay for exponentially distributed times."""
    mean_s = max(_SHORTEST_S, shape.seconds * _STAY)
    arrivals = poisson(shape.sessions / mean_s, shape, rng)
    stays = (max(_SHORTEST_S, rng.expovariate(1 / mean_s)) for _ in arrivals)
    return [
        (at_s, min(at_s + stay_s, shape.seconds))
        for at_s, stay_s in zip(arrivals, stays, strict=True)
    ]


def flash(shape: Shape, rng: Random) -> list[Stay]:
    """A fifth is there; at a third of the run all others come within two seconds."""
    early = max(1, shape.sessions // 5)
    first = Shape(early, shape.seconds, shape.seed)
    crowd_s = shape.seconds / 3
    crowd = [
        (crowd_s + rng.uniform(0, _FLASH_S), shape.seconds) for _ in range(shape.sessions - early)
    ]
    return steady(first, rng) + crowd


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario("steady", "as many sessions all the time; one answer in ten is cut", steady),
        Scenario("ramp", "one session more every so often, to find where it breaks", ramp),
        Scenario("churn", "users come and go: Poisson arrivals, exponential stays", churn),
        Scenario("flash-crowd", "a fifth is there, then all others come within 2 s", flash),
        Scenario("barge-in", "two answers of three are spoken over", steady, interrupts=0.67),
        Scenario("languages", "English and Mandarin side by side; others by --languages", steady,
                 languages=("en", "zh")),
        Scenario("slow-networks", "mobile, poor wifi, far away, connections that break", steady,
                 links=LINKS),
        Scenario("creation-burst", "avatars are being made while people talk", steady,
                 creations_per_min=_CREATIONS_PER_MIN),
        Scenario("soak", "churn for hours: use --for 14400; look for what grows", churn,
                 languages=("en",), links=(None, None, None, LINKS[4])),
    )
}  # fmt: skip
