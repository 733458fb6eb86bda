"""What a run found: the JSON beside its report."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from avatar_serving.errors import InvalidRequest

FORMAT = 1

Outcome = Literal["served", "rejected", "dropped", "failed"]
"""rejected: told that there is no room. dropped: a session that had begun ended without being
asked to. failed: it never began, for another reason."""


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnResult(Model):
    """One exchange. Milliseconds; ``at_s`` counts from the start of the run."""

    visit: int
    at_s: float
    """When the user had said all."""
    language: str
    failure: str = ""
    """Why there was no answer; the rest then says nothing."""
    status: str = ""
    """Of the answer: completed, cancelled, failed, incomplete; interrupted by us."""
    voice_to_voice_ms: float | None = None
    underruns: int = 0
    underrun_ms: float = 0.0
    motion_late_ms: float = 0.0
    """95th percentile over the answer's frames: behind the playout clock when they arrived."""
    motion_drift_ms: float = 0.0
    """Length of the motion against that of the sound, beyond a frame; whole answers only."""
    barge_in_ms: float | None = None
    """Where the user spoke over the answer before: first audible sample to silence."""
    heard_only: bool | None = None
    """Whether the conversation kept of an interrupted answer what was heard, and no more."""
    premature: int = 0
    """Answers that began before the user had finished."""


class SessionResult(Model):
    visit: int
    at_s: float
    """Planned arrival."""
    late_ms: float
    """How much later this load generator was."""
    outcome: Outcome
    reason: str = ""
    link: str = ""
    opened_ms: float | None = None
    """Connecting to being listened to."""
    began_s: float | None = None
    ended_s: float | None = None
    resumed: int = 0
    turns: int = 0


class CreationResult(Model):
    visit: int
    at_s: float
    seconds: float | None
    """Photo sent to avatar finished; None: refused or failed."""
    reason: str = ""


class Spread(Model):
    """Of single values."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float


class Check(Model):
    """A figure of the server's beside the client's own."""

    what: str
    client: float
    server: float
    agree: bool
    note: str = ""


class Summary(Model):
    goodput: float
    """Share of turns that met every target."""
    turns: int
    missed: dict[str, int]
    """Turns that missed each target; one turn can miss several."""
    sessions: dict[str, int]
    """By outcome."""
    resumed: int
    most_live: int
    """Sessions that were live at the same time."""
    figures: dict[str, Spread]
    """By name; what was not measured is absent."""
    sender_ms: Spread | None
    """How late 20 ms frames left this load generator."""
    break_point: int | None = None
    """Fewest live sessions at which goodput was under the wanted one; None: it held."""


class Run(Model):
    format: int = FORMAT
    scenario: str
    url: str
    sessions: int
    seconds: float
    seed: int
    processes: int
    speech: str
    started_at: str
    """UTC."""
    complete: bool
    """False: it was stopped, or a process of the load generator died."""
    targets: dict[str, float]
    summary: Summary
    checks: tuple[Check, ...] = ()
    server: dict[str, float] = {}
    """What the server's metrics rose by meanwhile."""
    turns: tuple[TurnResult, ...]
    visits: tuple[SessionResult, ...]
    creations: tuple[CreationResult, ...] = ()


def load(path: Path) -> Run:
    """Raises:
    InvalidRequest: it is not the JSON of a run.
    """
    file = path / "run.json" if path.is_dir() else path
    try:
        return Run.model_validate_json(file.read_text())
    except (OSError, ValidationError) as error:
        raise InvalidRequest(f"{file}: not a load test's run.json: {error}") from error
