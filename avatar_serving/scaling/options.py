"""What a stage's replicas are scaled by."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from avatar_serving.scaling.observation import Observation


class ScalingOptions(BaseModel):
    """What every signal has in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_replica: float | None = Field(default=None, gt=0)
    """Sessions or requests that one replica serves well at the same time; without one, the
    placement's ``max_ongoing_requests``."""
    warm: float = Field(default=0, ge=0)
    """Places kept free for those who come next."""
    up_delay_s: float = Field(default=0, ge=0)
    """How long more replicas must be wanted before they are started."""
    down_delay_s: float = Field(default=300, ge=0)
    """How long fewer replicas must be wanted before some are stopped."""
    max_step: int = Field(default=4, ge=1)
    """Most replicas that one decision adds or takes away."""
    window_s: float = Field(default=10, gt=0)
    """Seconds over which what is observed is averaged."""

    def pressure(self, seen: Observation) -> float:
        """How much of what users put up with is used up: over 1 is too much, 0 is nothing."""
        raise NotImplementedError


class BySessions(ScalingOptions):
    """``ceil((held + warm) / per_replica)`` replicas: places are there before they are needed."""

    signal: Literal["sessions"] = "sessions"
    lead_s: float = Field(default=0, ge=0)
    """How long a new replica takes to come, with its node. While the load grows faster than by
    chance, there are places for what it will be by then; 0: for what it is."""

    def pressure(self, seen: Observation) -> float:
        return 0.0


class GatewayScaling(BySessions):
    """Gateways by the sessions that they hold and those that they had to turn away."""

    most: int = Field(ge=1)
    """Most gateway processes that load may bring about."""
    warm: float = Field(default=2, ge=0)
    """Places kept free for those who come next."""


class ByQueueWait(ScalingOptions):
    """More replicas when requests wait longer than they should for a free one."""

    signal: Literal["queue_wait"]
    wait_ms: float = Field(default=200, gt=0)
    """Longest wait for a free replica that is accepted."""
    up_delay_s: float = Field(default=10, ge=0)
    """How long more replicas must be wanted before they are started."""

    def pressure(self, seen: Observation) -> float:
        return seen.wait_s * 1000 / self.wait_ms


class ByDeadlineMisses(ScalingOptions):
    """More replicas when too many streams begin too late."""

    signal: Literal["deadline_misses"]
    first_item_ms: float = Field(default=500, gt=0)
    """A stream whose first item comes later has missed its deadline."""
    share: float = Field(default=0.05, gt=0, lt=1)
    """Share of streams that may miss it."""
    up_delay_s: float = Field(default=10, ge=0)
    """How long more replicas must be wanted before they are started."""

    def pressure(self, seen: Observation) -> float:
        return seen.late / self.share
