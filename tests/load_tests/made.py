"""Runs that were never run, for what reads them."""

from load_tests.figures import summary
from load_tests.plan import Targets
from load_tests.results import Run, SessionResult, TurnResult
from load_tests.sender import Lateness

TARGETS = Targets(voice_to_voice_ms=1000)


def turn(visit: int = 0, at_s: float = 1.0, ms: float | None = 300.0, **fields: object):
    values = {"language": "en", "status": "completed", **fields}
    return TurnResult(visit=visit, at_s=at_s, voice_to_voice_ms=ms, **values)


def visit(index: int, began_s: float | None, ended_s: float | None, **fields: object):
    values = {"at_s": began_s or 0.0, "late_ms": 1.0, "outcome": "served", **fields}
    return SessionResult(visit=index, began_s=began_s, ended_s=ended_s, opened_ms=20.0, **values)


def run_of(turns, visits, creations=(), checks=(), **fields) -> Run:
    lateness = Lateness()
    lateness.add([0.1, 0.2, 0.4])
    found = summary(turns, visits, creations, lateness, TARGETS, 0.95)
    values = {
        "scenario": "steady", "url": "http://127.0.0.1:1", "sessions": len(visits), "seconds": 60,
        "seed": 1, "processes": 1, "speech": "noise", "started_at": "2026-01-01T00:00:00+00:00",
        "complete": True, **fields,
    }  # fmt: skip
    return Run(
        **values,
        targets={
            "voice_to_voice_ms": TARGETS.voice_to_voice_ms, "barge_in_ms": 250.0,
            "motion_late_ms": 20.0, "answer_s": 30.0,
        },
        summary=found, turns=tuple(turns), visits=tuple(visits), creations=tuple(creations),
        checks=tuple(checks),
    )  # fmt: skip
