"""How many cores a service and this load generator use while all users are there."""

import os
import time
from dataclasses import dataclass, field

from bench.processes import cpu_s, descendants, machine_s, named
from load_tests.crowd import Gathered

_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds up to a moment."""

    at_s: float
    gateways: float
    service: float
    generator: float
    machine: float

    @classmethod
    def now(cls, service_pid: int) -> "Used":
        service = descendants(service_pid)
        generator = sorted({*descendants(os.getpid())} - {*service})
        gateways = named(service, "ServeReplica", "gateway")
        mine = cpu_s(gateways), cpu_s(service), cpu_s(generator)
        return cls(time.monotonic(), *mine, machine_s())


@dataclass(frozen=True, slots=True)
class Cores:
    gateways: float
    service: float
    generator: float
    others: float
    """Programs that have nothing to do with it."""


@dataclass(slots=True)
class Meter:
    """Looks at a run of *seconds* from *settled_s* to its end."""

    service_pid: int
    settled_s: float
    seconds: float
    _looks: list[Used] = field(default_factory=list[Used])

    def look(self, gathered: Gathered) -> None:
        """To be called while the run goes on, often."""
        now_s = time.monotonic()
        inside = self.settled_s <= now_s - gathered.begin_s <= self.seconds
        if inside and (not self._looks or now_s - self._looks[-1].at_s >= _EVERY_S):
            self._looks.append(Used.now(self.service_pid))

    def cores(self) -> Cores:
        """On average; of a run too short to look twice, 0."""
        if len(self._looks) < 2:
            return Cores(0.0, 0.0, 0.0, 0.0)
        first, last = self._looks[0], self._looks[-1]
        past_s = last.at_s - first.at_s
        gateways = (last.gateways - first.gateways) / past_s
        service = (last.service - first.service) / past_s
        generator = (last.generator - first.generator) / past_s
        machine = (last.machine - first.machine) / past_s
        others = max(0.0, machine - service - generator)
        return Cores(*(round(cores, 3) for cores in (gateways, service, generator, others)))
