"""One process of the load generator: lets its users come when the plan says."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from load_tests.creation import create
from load_tests.plan import Service, Targets, Visit
from load_tests.results import CreationResult, SessionResult, TurnResult
from load_tests.sender import Lateness
from load_tests.speech import Clips
from load_tests.user import User


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a run that one process does."""

    visits: tuple[Visit, ...]
    service: Service
    clips: Clips
    targets: Targets
    begin_s: float
    """Start of the run, by ``time.monotonic``, which all processes of a machine share."""
    photo: bytes = b""


@dataclass(frozen=True, slots=True)
class Arrived:
    visit: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The last thing that a process says."""

    lateness: Lateness


Told = Arrived | TurnResult | SessionResult | CreationResult | Finished


def run_share(share: Share, tell: Callable[[Told], None]) -> None:
    """Do all visits of *share*; *tell* of each turn and each visit when it is over."""
    # Pauses of the collector would show as frames sent late.
    gc.freeze()
    asyncio.run(_run(share, tell))


async def _run(share: Share, tell: Callable[[Told], None]) -> None:
    lateness = Lateness()

    async def visit(visit: Visit) -> None:
        if visit.creates:
            tell(await create(visit, share.service, share.photo))
            return
        tell(Arrived(visit.index))
        clips = share.clips[visit.language]
        user = User(visit, clips, share.targets, share.begin_s, tell, lateness)
        tell(await user.visit(share.service))

    await dispatch(share.visits, share.begin_s, visit)
    tell(Finished(lateness))


async def dispatch(
    visits: Sequence[Visit], begin_s: float, visit: Callable[[Visit], Awaitable[None]]
) -> None:
    """Start each of *visits* at its time, whatever becomes of those before it."""
    loop = asyncio.get_running_loop()

    async def one(planned: Visit) -> None:
        await asyncio.sleep(max(0.0, begin_s + planned.at_s - loop.time()))
        await visit(planned)

    async with asyncio.TaskGroup() as tasks:
        for planned in visits:
            tasks.create_task(one(planned))
