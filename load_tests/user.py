"""One user: comes, talks in turns, speaks over some answers, leaves."""

import asyncio
import time
from collections.abc import Callable
from random import Random

from avatar_serving.client import Disconnected, RealtimeClient, Turn, Where, ask, open_session
from avatar_serving.errors import AvatarError, StageTimeout
from load_tests.heard_only import kept_what_was_heard
from load_tests.measured import turn_result, unanswered
from load_tests.network import through
from load_tests.plan import Service, Targets, Visit
from load_tests.results import Outcome, SessionResult, TurnResult
from load_tests.sender import Lateness
from load_tests.speech import Clip

_PAUSE_S = (0.6, 2.4)
"""Between an answer and the next thing said."""
_HEARD_S = (0.3, 1.5)
"""How much of an answer is heard before it is spoken over."""
_OPEN_S = 30.0
_KEPT = 4
"""Answers that are remembered, for what still comes of them."""
_FULL = {429, 503, 1013}
"""HTTP statuses and close codes that mean: no room now."""


class User:
    """Made for one visit. Times are of ``time.monotonic``."""

    def __init__(
        self,
        visit: Visit,
        clips: tuple[Clip, ...],
        targets: Targets,
        begin_s: float,
        seen: Callable[[TurnResult], None],
        lateness: Lateness,
    ) -> None:
        self._visit, self._clips, self._targets = visit, clips, targets
        self._begin_s, self._seen, self._lateness = begin_s, seen, lateness
        self._rng = Random(visit.seed)
        self._turns = self._resumed = 0
        self._opened_s: float | None = None

    async def visit(self, service: Service) -> SessionResult:
        """Come and go; what became of it. Never raises for what the service does."""
        arrived_s = time.monotonic()
        outcome, reason = "served", ""
        try:
            async with through(self._visit.link, service, self._visit.seed) as reached:
                await self._session(reached)
        except AvatarError as error:
            outcome, reason = self._outcome(error), error.message
        return self._result(arrived_s, outcome, reason)

    def _outcome(self, error: AvatarError) -> Outcome:
        if isinstance(error, Disconnected) and error.status in _FULL:
            return "rejected"
        return "failed" if self._opened_s is None else "dropped"

    async def _session(self, service: Service) -> None:
        where = Where(
            service.url, service.avatar, model=service.model, api_key=service.api_key,
            keep_recording=False,
        )  # fmt: skip
        async with open_session(where) as client:
            try:
                await client.wait_for("it opens", lambda: bool(client.diary.states), _OPEN_S)
                self._opened_s = time.monotonic()
                await self._talk(client)
            finally:
                self._resumed = client.resumed
                self._lateness.add(client.microphone.lateness_ms)

    async def _talk(self, client: RealtimeClient) -> None:
        until_s = self._begin_s + self._visit.until_s
        cut: Turn | None = None
        while time.monotonic() < until_s or cut is not None:
            await asyncio.sleep(0.0 if cut else self._rng.uniform(*_PAUSE_S))
            if cut is None and time.monotonic() >= until_s:
                return
            cut = await self._turn(client, cut)
            self._forget(client)

    async def _turn(self, client: RealtimeClient, cut: Turn | None) -> Turn | None:
        """Say something, over the answer of *cut* if there is one; the turn that is to be cut."""
        interrupts = cut is None and self._rng.random() < self._visit.interrupts
        leave_s = self._rng.uniform(*_HEARD_S) if interrupts else None
        clip = self._rng.choice(self._clips)
        limit_s = self._targets.answer_s
        self._turns += 1
        try:
            turn = await ask(client, clip.text, clip.pcm, leave_after_s=leave_s, timeout_s=limit_s)
        except AvatarError as error:
            self._lose(cut, error)
            if isinstance(error, StageTimeout):
                return None
            raise
        if cut is not None:
            kept = await kept_what_was_heard(client, cut.answer)
            self._seen(turn_result(cut, self._visit, self._begin_s, kept))
        if interrupts:
            return turn
        self._seen(turn_result(turn, self._visit, self._begin_s))
        return None

    def _lose(self, cut: Turn | None, error: AvatarError) -> None:
        """The turn underway had no answer; the one before it is counted all the same."""
        if cut is not None:
            self._seen(turn_result(cut, self._visit, self._begin_s))
        at_s = time.monotonic() - self._begin_s
        self._seen(unanswered(self._visit, at_s, f"{error.code}: {error.message}"))

    def _forget(self, client: RealtimeClient) -> None:
        """Keep the last answers only: a session may go on for hours."""
        del client.diary.answers[:-_KEPT]
        self._lateness.add(client.microphone.lateness_ms)
        client.microphone.lateness_ms.clear()

    def _result(self, arrived_s: float, outcome: Outcome, reason: str) -> SessionResult:
        opened_s, begin_s = self._opened_s, self._begin_s
        return SessionResult(
            visit=self._visit.index,
            at_s=round(self._visit.at_s, 3),
            late_ms=round((arrived_s - begin_s - self._visit.at_s) * 1000, 2),
            outcome=outcome,
            reason=reason,
            link=self._visit.link.name if self._visit.link else "",
            opened_ms=None if opened_s is None else round((opened_s - arrived_s) * 1000, 1),
            began_s=None if opened_s is None else round(opened_s - begin_s, 3),
            ended_s=None if opened_s is None else round(time.monotonic() - begin_s, 3),
            resumed=self._resumed,
            turns=self._turns,
        )
