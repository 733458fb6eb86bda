"""Find where this machine breaks, with real models and without, and what a session costs.

Services are started for it, so that nothing else shares them. The load generator shares the
machine: what it used is in the figures.
"""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from avatar_serving.errors import AvatarError
from load_tests import report
from load_tests.capacity_results import Capacity, Level, MachineSaid, Setup
from load_tests.levels import next_level
from load_tests.meter import Cores, Meter
from load_tests.plan import Service, Targets
from load_tests.results import Run
from load_tests.run import Order, run
from load_tests.scenarios import SCENARIOS, SETTLE, Shape

_PER_PROCESS = 50
_ROOM = 1000
"""Sessions that a service under test lets in: it shall break, not refuse."""
_SETTLE_S = 5.0
_TURN_S = 10.0
"""Speaking, waiting, listening, a pause: about."""
_STAGES = 'avatar_stage_seconds_sum{stage="'


class PortTaken(AvatarError):
    """Something else would be measured."""

    code = "port_taken"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to find out."""

    name: str
    about: str
    base: str
    """A built-in profile."""
    speech: str
    targets: Targets
    goodput: float
    first: int
    most: int
    replicas: tuple[int, ...] = (1,)
    """Numbers of gateways to try one after another."""


GATEWAY = Wanted(
    "gateway", "profile test: stages that cost nothing, so that the gateway is what is measured",
    "test", "noise", Targets(voice_to_voice_ms=800), 0.99, first=20, most=320, replicas=(1, 2),
)  # fmt: skip
MODELS = Wanted(
    "models", "profile cpu: real models, recordings of people",
    "cpu", "recordings", Targets(voice_to_voice_ms=2000), 0.95, first=1, most=32,
)  # fmt: skip
WANTED = {wanted.name: wanted for wanted in (GATEWAY, MODELS)}


@dataclass(frozen=True, slots=True)
class Length:
    """How long each level is measured."""

    seconds: float
    turns: int
    """Of few sessions it takes longer, so that goodput is a share of so many turns at least."""

    def of(self, sessions: int) -> float:
        return max(self.seconds, self.turns * _TURN_S / sessions)


def measure(
    wanted: Wanted, out: Path, port: int, length: Length, say: Callable[[str], None]
) -> Setup:
    """Raises:
    AvatarError: the service did not start, or the port is taken.
    """
    levels: list[Level] = []
    for replicas in wanted.replicas:
        profile = _profile(wanted, out, replicas)
        with _service(profile, port, out, say) as (url, pid):
            held: dict[int, bool] = {}
            while (sessions := next_level(held, wanted.first, wanted.most)) is not None:
                seconds = length.of(sessions)
                say(f"{wanted.name}: {sessions} sessions, {replicas} gateways, {seconds:g} s")
                level = _level(wanted, url, pid, replicas, sessions, seconds, out)
                say(f"  goodput {level.goodput:.1%}, {level.service_cores:.2f} cores")
                held[sessions] = level.held
                levels.append(level)
                time.sleep(_SETTLE_S)
    return Setup(
        name=wanted.name, about=wanted.about, goodput=wanted.goodput,
        voice_to_voice_ms=wanted.targets.voice_to_voice_ms, levels=tuple(levels),
    )  # fmt: skip


def machine_said() -> MachineSaid:
    from bench.figures import machine

    here = machine()
    return MachineSaid(processor=here.processor, cores=here.cores, memory_gb=here.memory_gb)


def written(path: Path, setups: list[Setup]) -> Capacity:
    """What was found so far, also in *path*."""
    found = Capacity(machine=machine_said(), setups=tuple(setups))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.model_dump_json(indent=1) + "\n")
    return found


def _profile(wanted: Wanted, out: Path, replicas: int) -> Path:
    limits = {"sessions": _ROOM}
    options = {"base": wanted.base, "gateways": replicas, "limits": limits}
    path = out / f"{wanted.name}-{replicas}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(options))
    return path.resolve()


@contextmanager
def _service(
    profile: Path, port: int, out: Path, say: Callable[[str], None]
) -> Generator[tuple[str, int], None, None]:
    from demo.service import service

    with service(port, str(profile), out / f"{profile.stem}.log", say) as running:
        if running.pid is None:
            raise PortTaken(f"a service runs on port {port} already: give another --port")
        yield running.url, running.pid


def _level(
    wanted: Wanted, url: str, pid: int, replicas: int, sessions: int, seconds: float, out: Path
) -> Level:
    order = Order(
        scenario=SCENARIOS["steady"], shape=Shape(sessions, seconds), service=Service(url),
        targets=wanted.targets, processes=1 + sessions // _PER_PROCESS, speech=wanted.speech,
        server_figures=replicas == 1, wanted=wanted.goodput,
    )  # fmt: skip
    meter = Meter(pid, seconds * SETTLE, seconds)
    done = run(order, meter.look)
    report.write(done, out / f"{wanted.name}-{replicas}-{sessions}", wanted.goodput)
    return _figures(done, meter.cores(), replicas, wanted.goodput)


def _figures(done: Run, used: Cores, replicas: int, wanted: float) -> Level:
    found = done.summary
    times = found.figures.get("voice to voice, ms")
    stages = {
        name.removeprefix(_STAGES).removesuffix('"}'): round(value / max(1, found.turns), 4)
        for name, value in done.server.items()
        if name.startswith(_STAGES)
    }
    return Level(
        sessions=done.sessions, replicas=replicas, goodput=round(found.goodput, 4),
        held=done.complete and found.goodput >= wanted, turns=found.turns, missed=found.missed,
        voice_to_voice_p50_ms=times.p50 if times else None,
        voice_to_voice_p95_ms=times.p95 if times else None,
        gateway_cores=used.gateways, service_cores=used.service,
        generator_cores=used.generator, other_cores=used.others,
        sender_late_p99_ms=found.sender_ms.p99 if found.sender_ms else None,
        turns_per_session_s=round(found.turns / done.sessions / done.seconds, 4),
        stage_s_a_turn=stages,
    )  # fmt: skip
