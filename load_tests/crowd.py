"""All processes of the load generator, and what they tell while they run."""

import multiprocessing
import queue
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from typing import Any

from load_tests.driver import Arrived, Finished, Share, Told, run_share
from load_tests.plan import shares
from load_tests.results import CreationResult, SessionResult, TurnResult
from load_tests.sender import Lateness

_START_S = 3.0
"""Until all processes have imported what they need."""
_LOOK_S = 0.25


@dataclass(slots=True)
class Gathered:
    """Everything told so far."""

    begin_s: float = 0.0
    arrived: int = 0
    turns: list[TurnResult] = field(default_factory=list[TurnResult])
    visits: list[SessionResult] = field(default_factory=list[SessionResult])
    creations: list[CreationResult] = field(default_factory=list[CreationResult])
    lateness: Lateness = field(default_factory=Lateness)
    finished: int = 0
    complete: bool = False
    """Every process came to its end."""

    def take(self, told: Told) -> None:
        match told:
            case Arrived():
                self.arrived += 1
            case TurnResult():
                self.turns.append(told)
            case SessionResult():
                self.visits.append(told)
            case CreationResult():
                self.creations.append(told)
            case Finished(lateness=lateness):
                self.lateness.merge(lateness)
                self.finished += 1


def run_crowd(whole: Share, processes: int, look: Callable[[Gathered], None]) -> Gathered:
    """Do *whole* in so many processes; *look* at what is known a few times a second.

    Stopped by Ctrl-C, or when a process dies, it returns what is known, not ``complete``.
    """
    # Fork would copy threads' locks; spawn starts clean.
    context = multiprocessing.get_context("spawn")
    told: Any = context.Queue()
    begin_s = time.monotonic() + _START_S
    gathered = Gathered(begin_s)
    parts = [
        replace(whole, visits=visits, begin_s=begin_s)
        for visits in shares(whole.visits, processes)
        if visits
    ]
    children = [context.Process(target=_child, args=(part, told), daemon=True) for part in parts]
    for child in children:
        child.start()
    try:
        _gather(children, told, gathered, look)
    except KeyboardInterrupt:
        pass
    finally:
        _end(children)
    gathered.complete = gathered.finished == len(children)
    return gathered


def _child(share: Share, told: Any) -> None:
    try:
        run_share(share, told.put)
    except KeyboardInterrupt:
        told.cancel_join_thread()


def _gather(
    children: Sequence[BaseProcess], told: Any, gathered: Gathered, look: Callable[[Gathered], None]
) -> None:
    while gathered.finished < len(children):
        try:
            gathered.take(told.get(timeout=_LOOK_S))
        except queue.Empty:
            if any(child.exitcode for child in children):
                return
        look(gathered)


def _end(children: Sequence[BaseProcess]) -> None:
    for child in children:
        child.join(1.0)
        if child.is_alive():
            child.terminate()
            child.join()
