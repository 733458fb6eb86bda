"""Who decides: the service's policy, a fixed fleet, or Ray Serve's own policy."""

from dataclasses import dataclass
from typing import Any, Protocol

from avatar_serving.scaling import Scaling
from avatar_serving.scaling.observation import Observation
from avatar_serving.scaling.policy import Bounds, ScalingState, decide


class Rival(Protocol):
    window_s: float
    """Over which what it sees is averaged."""

    def replicas(self, seen: Observation, now_s: float) -> int: ...


class Ours:
    def __init__(self, scaling: Scaling, places: int, bounds: Bounds) -> None:
        self.window_s = scaling.window_s
        self._scaling = scaling
        self._places = places
        self._bounds = bounds
        self._state = ScalingState()

    def replicas(self, seen: Observation, now_s: float) -> int:
        decision = decide(self._scaling, self._places, self._bounds, seen, self._state, now_s)
        self._state = decision.state
        return decision.replicas


@dataclass(frozen=True, slots=True)
class Fixed:
    count: int
    window_s: float = 10.0

    def replicas(self, seen: Observation, now_s: float) -> int:
        return self.count


class RayDefault:
    """Ray's own code and its own delays; only the clock is ours."""

    window_s = 30.0

    def __init__(self, bounds: Bounds, target: float = 2.0) -> None:
        from ray.serve.config import AutoscalingConfig

        self._bounds = bounds
        self._config = AutoscalingConfig(
            min_replicas=bounds.least, max_replicas=bounds.most, target_ongoing_requests=target
        )
        self._state: dict[str, Any] = {}

    def replicas(self, seen: Observation, now_s: float) -> int:
        from ray.serve import autoscaling_policy as ray

        if seen.running == 0 and seen.load > 0:
            return self._bounds.clamp(max(1, seen.asked))
        if seen.running == 0:
            wished = float(seen.asked)
        else:
            wished = seen.load / self._config.get_target_ongoing_requests()
        scaled = ray._apply_scaling_factors(wished, seen.running, self._config)
        count, self._state = ray._apply_delay_logic(
            max(0, scaled), seen.asked, self._config, self._state, now_s
        )
        return self._bounds.clamp(count)
