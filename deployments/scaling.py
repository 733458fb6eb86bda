"""The policy of ``avatar_serving.scaling`` as Ray Serve calls it, in its controller."""

import logging
from typing import Any

from pydantic import TypeAdapter
from ray.serve.config import AutoscalingContext, AutoscalingPolicy
from ray.util.metrics import Counter

from avatar_serving.scaling import Scaling
from avatar_serving.scaling.observation import Observation, expected_wait_s
from avatar_serving.scaling.policy import Bounds, Decision, ScalingState, decide

log = logging.getLogger("ray.serve")

_REPORTS = 0.2
"""Part of a window after which callers and replicas report again."""


def autoscaling(scaling: Scaling, places: int, bounds: Bounds) -> dict[str, Any]:
    """The ``autoscaling_config`` of a deployment whose replicas have so many *places*.

    Ray's own delays are off: the policy has its own.
    """
    return {
        "min_replicas": bounds.least,
        "max_replicas": bounds.most,
        "upscale_delay_s": 0,
        "downscale_delay_s": 0,
        # Deprecated for two environment variables that Ray 2.60 does not read yet.
        "metrics_interval_s": scaling.window_s * _REPORTS,
        "look_back_period_s": scaling.window_s,
        "policy": AutoscalingPolicy(
            policy_function=ReplicaPolicy,
            policy_kwargs={
                "scaling": scaling.model_dump(exclude={"most"}),
                "places": places,
            },
        ),
    }


class ReplicaPolicy:
    """Called a few times a second with what Ray knows of a deployment."""

    def __init__(self, scaling: dict[str, Any], places: int) -> None:
        self._scaling: Scaling = TypeAdapter[Any](Scaling).validate_python(scaling)
        self._places = places
        self._state = ScalingState()
        self._decisions = Counter(
            "avatar_scaling_decisions",
            "Times that replicas were added (up) or taken away (down)",
            ("stage", "direction", "reason"),
        )

    def __call__(self, ctx: AutoscalingContext) -> tuple[int, dict[str, Any]]:
        seen = observe(ctx, self._places)
        bounds = Bounds(ctx.capacity_adjusted_min_replicas, ctx.capacity_adjusted_max_replicas)
        now_s = float(ctx.current_time or 0.0)
        decision = decide(self._scaling, self._places, bounds, seen, self._state, now_s)
        self._state = decision.state
        if decision.replicas != seen.asked:
            self._tell(ctx.deployment_name, seen, decision)
        return decision.replicas, {}

    def _tell(self, stage: str, seen: Observation, decision: Decision) -> None:
        direction = "up" if decision.replicas > seen.asked else "down"
        tags = {"stage": stage, "direction": direction, "reason": decision.reason}
        self._decisions.inc(1, tags)
        log.info(
            "%s: %d -> %d replicas (%s; load %.1f, wait %.2f s, late %.0f %%)",
            stage, seen.asked, decision.replicas, decision.reason,
            seen.load, seen.wait_s, 100 * seen.late,
        )  # fmt: skip


def observe(ctx: AutoscalingContext, places: int) -> Observation:
    """What Ray and the replicas say, each averaged over the policy's window.

    A gateway is loaded with the sessions that it holds, or would if it could; a stage with its
    requests.
    """
    said = ctx.aggregated_metrics or {}
    running = ctx.current_num_replicas
    waiting = float(ctx.total_queued_requests or 0.0)
    gateways = [*said.get("sessions", {}).values(), *said.get("turned_away", {}).values()]
    load = sum(gateways) if gateways else ctx.total_num_requests
    return Observation(
        asked=ctx.target_num_replicas,
        running=running,
        load=float(load),
        wait_s=expected_wait_s(waiting, _mean(said.get("busy_s", {})), running * places),
        late=_mean(said.get("late", {})),
    )


def _mean(said: dict[Any, float]) -> float:
    return sum(said.values()) / len(said) if said else 0.0
