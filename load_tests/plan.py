"""What a load test does, before it does it: who comes when, how they talk, by which network."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A network between a user and the service. 0 is no limit, no delay, no cut."""

    name: str
    down_kbits: float = 0.0
    """Kilobits a second that reach the user."""
    up_kbits: float = 0.0
    delay_ms: float = 0.0
    """Each way."""
    jitter_ms: float = 0.0
    """Most that is added to the delay; packets stay in order, as TCP has them."""
    cut_s: float = 0.0
    """The connection breaks once, so long after it was made."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One user, from arriving to leaving. Times are seconds after the start of the run."""

    index: int
    at_s: float
    until_s: float
    """Says nothing more from here on; the turn underway is listened to."""
    seed: int
    language: str = "en"
    interrupts: float = 0.0
    """Share of the answers that this user speaks over."""
    link: Link | None = None
    creates: bool = False
    """Makes an avatar instead of talking."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What each single turn must meet to be good."""

    voice_to_voice_ms: float = 2000.0
    """Last audible sample said to first audible sample heard, at the client."""
    barge_in_ms: float = 250.0
    """First audible sample said over an answer to silence."""
    motion_late_ms: float = 20.0
    """How far motion may be behind the sound it belongs to: 95th percentile of a turn's frames."""
    answer_s: float = 30.0
    """After so long a turn counts as not answered."""


@dataclass(frozen=True, slots=True)
class Service:
    """What is tested."""

    url: str
    avatar: str | None = None
    model: str = "default"
    api_key: str | None = None


def shares(visits: Sequence[Visit], processes: int) -> list[tuple[Visit, ...]]:
    """The visits of each process: dealt in turn, so that each has some of every time."""
    return [tuple(visits[i::processes]) for i in range(processes)]
