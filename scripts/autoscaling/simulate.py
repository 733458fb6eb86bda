"""One scenario, one rival, second by second on virtual time."""

import heapq
import math
from collections import deque
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from avatar_serving.scaling.observation import Observation, expected_wait_s
from scripts.autoscaling.demand import Arrival, Scenario
from scripts.autoscaling.fleet import Fleet, Hardware, Replica
from scripts.autoscaling.rivals import Rival

_TICK_S = 1.0
_SAMPLED_S = 30.0
_HOUR_S = 3600.0


@dataclass(slots=True)
class Outcome:
    waits_s: list[float] = field(default_factory=list)
    """Of those who got a place."""
    refused: int = 0
    gpu_hours: float = 0.0
    changes: int = 0
    """Decisions that changed the number of replicas."""
    times_s: list[float] = field(default_factory=list)
    demand: list[int] = field(default_factory=list)
    """People with a place or waiting for one, at each of the times."""
    room: list[int] = field(default_factory=list)
    """Places of replicas that run."""

    @property
    def refused_share(self) -> float:
        return self.refused / max(1, self.refused + len(self.waits_s))

    def wait_s(self, percent: float) -> float:
        return float(np.percentile(self.waits_s, percent)) if self.waits_s else 0.0


class Simulation:
    def __init__(self, scenario: Scenario, hardware: Hardware, rival: Rival, began: int) -> None:
        self.outcome = Outcome()
        self._scenario = scenario
        self._rival = rival
        self._fleet = Fleet(hardware)
        self._queue: deque[Arrival] = deque()
        self._leaving: list[tuple[float, int, Replica]] = []
        self._order = count()
        self._loads: deque[tuple[float, int, int]] = deque()
        self._holds: deque[float] = deque(maxlen=50)
        self._begin(began)

    def run(self, arrivals: list[Arrival]) -> Outcome:
        """Until the scenario's end; who is still there then counts as served."""
        coming = deque(arrivals)
        for tick in range(math.ceil(self._scenario.length_s / _TICK_S)):
            now_s = tick * _TICK_S
            while coming and coming[0].at_s <= now_s:
                self._queue.append(coming.popleft())
            self._go(now_s)
            self._sit(now_s)
            self._decide(now_s)
            self.outcome.gpu_hours += self._fleet.gpus() * _TICK_S / _HOUR_S
            if now_s % _SAMPLED_S == 0:
                self._sample(now_s)
        return self.outcome

    def _begin(self, replicas: int) -> None:
        """The first replicas are there: what is compared is the day, not its first minutes."""
        self._fleet.ask(replicas, -_HOUR_S)

    def _go(self, now_s: float) -> None:
        while self._leaving and self._leaving[0][0] <= now_s:
            self._fleet.leave(heapq.heappop(self._leaving)[2], now_s)

    def _sit(self, now_s: float) -> None:
        while self._queue:
            first = self._queue[0]
            if now_s - first.at_s > self._scenario.patience_s:
                self.outcome.refused += 1
            elif replica := self._fleet.seat(now_s):
                self.outcome.waits_s.append(now_s - first.at_s)
                self._holds.append(first.hold_s)
                heapq.heappush(self._leaving, (now_s + first.hold_s, next(self._order), replica))
            else:
                return
            self._queue.popleft()

    def _decide(self, now_s: float) -> None:
        self._loads.append((now_s, len(self._leaving) + len(self._queue), len(self._queue)))
        while self._loads[0][0] <= now_s - self._rival.window_s:
            self._loads.popleft()
        running = len(self._fleet.running(now_s))
        held = sum(load for _, load, _ in self._loads) / len(self._loads)
        waiting = sum(waiting for _, _, waiting in self._loads) / len(self._loads)
        busy_s = sum(self._holds) / len(self._holds) if self._holds else 0.0
        places = running * self._fleet.hardware.places
        wait_s = expected_wait_s(waiting, busy_s, places)
        seen = Observation(self._fleet.asked, running, held, wait_s)
        wanted = self._rival.replicas(seen, now_s)
        self.outcome.changes += wanted != seen.asked
        self._fleet.ask(wanted, now_s)

    def _sample(self, now_s: float) -> None:
        self.outcome.times_s.append(now_s)
        self.outcome.demand.append(len(self._leaving) + len(self._queue))
        room = len(self._fleet.running(now_s)) * self._fleet.hardware.places
        self.outcome.room.append(room)
