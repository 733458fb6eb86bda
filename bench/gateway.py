"""How many sessions a gateway holds on one core, with stages that cost nothing."""

import asyncio
import time
from collections import Counter
from math import isnan

import numpy as np

from avatar_serving.client import Turn, Where, ask, open_session
from avatar_serving.errors import AvatarError, StageFailed
from bench.figures import Figure, Target, figure
from bench.processes import cpu_s, descendants, named

_SESSIONS = Target(">= 100 a core", p50=100, least=True)
_GOODPUT = Target(">= 99 %", p50=99, least=True)
_LIMIT_MS = 1200.0
"""A turn is good when it is answered within this, without an underrun."""
_TURNS = 4
_RATE = 24_000
_LOOKS = 50


def gateway(url: str, service_pid: int, sessions: int) -> list[Figure]:
    """Open *sessions* at once; each holds a few turns. All share this machine with the client."""
    meter = _Meter(_gateway_pids(service_pid), sessions)
    outcomes = asyncio.run(_crowd(url, sessions, meter))
    cores = meter.cores
    turns = [turn for held, _ in outcomes for turn in held]
    failures = Counter(failure for _, failure in outcomes if failure)
    good = sum(_good(turn) for turn in turns)
    wanted = sessions * _TURNS
    waits = [turn.voice_to_voice_ms for turn in turns]
    note = f"{sessions} live sessions used {cores:.2f} cores of the gateway"
    return [
        figure("gateway, sessions a core", "", _SESSIONS, [sessions / cores], note),
        figure("gateway, goodput", "%", _GOODPUT, [100 * good / wanted],
               f"{good} of {wanted} turns within {_LIMIT_MS:.0f} ms and without a gap"
               + "".join(f"; {count} x {failure}" for failure, count in failures.items())),
        figure("gateway, voice to voice (no models)", "ms", Target(""), waits or [float("nan")]),
    ]  # fmt: skip


class _Meter:
    """Cores that *pids* use while all *sessions* are there: from when the last one has come until
    the first one leaves."""

    def __init__(self, pids: list[int], sessions: int) -> None:
        self.cores = float("nan")
        self._pids = pids
        self._awaited = sessions
        self._used_s = self._began_s = 0.0

    def came(self) -> None:
        self._awaited -= 1
        if not self._awaited:
            self._used_s, self._began_s = cpu_s(self._pids), time.monotonic()

    def left(self) -> None:
        if not self._awaited and isnan(self.cores):
            used_s = cpu_s(self._pids) - self._used_s
            self.cores = used_s / (time.monotonic() - self._began_s)


def _gateway_pids(service_pid: int) -> list[int]:
    """Ray writes what a process does into its name, so that it takes a few looks."""
    for _ in range(_LOOKS):
        if pids := named(descendants(service_pid), "ServeReplica", "gateway"):
            return pids
        time.sleep(0.1)
    raise StageFailed("bench", f"no gateway process below {service_pid}")


def _good(turn: Turn) -> bool:
    return turn.voice_to_voice_ms <= _LIMIT_MS and not turn.answer.playout.underruns


async def _crowd(url: str, sessions: int, meter: _Meter) -> list[tuple[list[Turn], str]]:
    return await asyncio.gather(*(_session(url, i, meter) for i in range(sessions)))


async def _session(url: str, index: int, meter: _Meter) -> tuple[list[Turn], str]:
    """A user who comes a little after the one before, and talks at their own pace.

    A session that fails ends; its missing turns count as bad ones, and its error is told.
    """
    await asyncio.sleep(index * 0.05)
    done = list[Turn]()
    try:
        async with open_session(Where(url)) as client:
            meter.came()
            for _ in range(_TURNS):
                await asyncio.sleep(1.0 + (index % 7) * 0.2)
                done.append(await ask(client, "", _speech(), timeout_s=20))
            meter.left()
    except AvatarError as error:
        return done, f"{error.code} ({error})"
    return done, ""


def _speech() -> bytes:
    """1.2 s that a detector of loudness takes for speech."""
    noise = np.random.default_rng(0).normal(0, 4000, round(1.2 * _RATE))
    return np.clip(noise, -32768, 32767).astype("<i2").tobytes()
