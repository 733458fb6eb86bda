"""What was found of a machine's capacity: capacity.json."""

from load_tests.law import Cost, Law, fit
from load_tests.levels import best
from load_tests.results import Model


class Level(Model):
    """One run of so many sessions."""

    sessions: int
    replicas: int
    """Gateways."""
    goodput: float
    held: bool
    """Goodput was as wanted."""
    turns: int
    missed: dict[str, int]
    voice_to_voice_p50_ms: float | None
    voice_to_voice_p95_ms: float | None
    gateway_cores: float
    """Cores that the gateways' processes used, models in them too."""
    service_cores: float
    """All processes of the service."""
    generator_cores: float
    """The load generator, on the same machine."""
    other_cores: float | None = None
    """What other programs took of the machine meanwhile."""
    sender_late_p99_ms: float | None
    turns_per_session_s: float
    stage_s_a_turn: dict[str, float]
    """Seconds that each stage's streams were open, by the server's metrics, for each turn."""


class Setup(Model):
    name: str
    about: str
    goodput: float
    """Wanted."""
    voice_to_voice_ms: float
    levels: tuple[Level, ...]

    def most(self, replicas: int = 1) -> int:
        """Most sessions that held."""
        return best({level.sessions: level.held for level in self._of(replicas)})

    def at_most(self, replicas: int = 1) -> Level | None:
        """The level of the most sessions that held."""
        most = self.most(replicas)
        return next((level for level in self._of(replicas) if level.sessions == most), None)

    def law(self) -> Law | None:
        """Of the gateways' cores; levels at which the machine was overloaded say less."""
        return fit(
            [
                Cost(level.sessions, level.replicas, level.gateway_cores)
                for level in self.levels
                if level.held
            ]
        )

    def _of(self, replicas: int) -> list[Level]:
        return [level for level in self.levels if level.replicas == replicas]


class MachineSaid(Model):
    processor: str
    cores: int
    memory_gb: float


class Capacity(Model):
    machine: MachineSaid
    setups: tuple[Setup, ...]

    def setup(self, name: str) -> Setup | None:
        return next((setup for setup in self.setups if setup.name == name), None)
