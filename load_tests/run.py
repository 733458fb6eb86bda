"""One load test from its plan to its results."""

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from avatar_serving.client import Rest
from load_tests import server
from load_tests.creation import portrait
from load_tests.crowd import Gathered, run_crowd
from load_tests.driver import Share
from load_tests.figures import summary
from load_tests.plan import Service, Targets
from load_tests.results import Run
from load_tests.scenarios import Scenario, Shape
from load_tests.speech import clips

WANTED = 0.95
"""Goodput below which a service counts as broken."""
_LEAVE_S = 2.0
"""What a service needs to see that its users are gone."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to do."""

    scenario: Scenario
    shape: Shape
    service: Service
    targets: Targets
    processes: int = 1
    speech: str = "service"
    photo: Path | None = None
    server_figures: bool = True
    wanted: float = WANTED


def run(order: Order, look: Callable[[Gathered], None]) -> Run:
    """Do it; *look* is told how it goes.

    Raises:
        AvatarError: the service does not answer, or there is nothing to say to it.
    """
    visits = order.scenario.visits(order.shape)
    service = order.service
    with Rest(service.url, service.api_key) as rest:
        said = clips(order.speech, order.scenario.languages, rest)
    share = Share(visits, service, said, order.targets, 0.0, _photo(order))
    before = server.scrape(service.url) if order.server_figures else None
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    gathered = run_crowd(share, order.processes, look)
    if before is None:
        return _results(order, gathered, started_at, None)
    time.sleep(_LEAVE_S)
    return _results(order, gathered, started_at, (before, server.scrape(service.url)))


def passed(done: Run, wanted: float) -> bool:
    """Whether all went as it should; users who were told that there is no room do not count."""
    lost = {"dropped", "failed"} & done.summary.sessions.keys()
    return done.complete and not lost and done.summary.goodput >= wanted


def _photo(order: Order) -> bytes:
    if not order.scenario.creations_per_min:
        return b""
    return order.photo.read_bytes() if order.photo else portrait()


def _results(
    order: Order,
    gathered: Gathered,
    started_at: str,
    scraped: tuple[server.Scrape, server.Scrape] | None,
) -> Run:
    turns = sorted(gathered.turns, key=lambda turn: turn.at_s)
    visits = sorted(gathered.visits, key=lambda visit: visit.at_s)
    return Run(
        scenario=order.scenario.name,
        url=order.service.url,
        sessions=order.shape.sessions,
        seconds=order.shape.seconds,
        seed=order.shape.seed,
        processes=order.processes,
        speech=order.speech,
        started_at=started_at,
        complete=gathered.complete,
        targets=dataclasses.asdict(order.targets),
        summary=summary(
            turns, visits, gathered.creations, gathered.lateness, order.targets, order.wanted
        ),
        checks=server.checks(*scraped, turns, visits) if scraped else (),
        server=scraped[1].rise(scraped[0]) if scraped else {},
        turns=tuple(turns),
        visits=tuple(visits),
        creations=tuple(gathered.creations),
    )
