"""A profile in, a Serve application out."""

from functools import partial
from typing import Any

from fastapi import FastAPI
from ray import serve

from avatar_serving import logs
from avatar_serving.config import Profile, StageName
from avatar_serving.environment import Environment
from avatar_serving.exposition import show_node
from avatar_serving.scaling.policy import Bounds
from avatar_serving.stages.base import Holds, Stage
from deployments.gateway import create_app
from deployments.gateway_load import reporting
from deployments.remote_trainer import RemoteTrainer
from deployments.scaling import autoscaling
from deployments.served import applications, runs
from deployments.services import Services
from deployments.stage import RemoteStage, deploy
from deployments.standby import StandIn, build_standby

APP_NAME = "avatar"
_SPREAD: dict[str, Any] = {"max_replicas_per_node": 1}
_SHUTDOWN_S = 15
"""For what comes after the last turn: sessions are written down, models let go."""


def build(
    profile: Profile, environment: Environment, *, cluster: bool = False
) -> serve.Application:
    """The gateway, with a deployment for every stage that the profile places.

    On a *cluster* gateways are on different nodes, and one that is silent for a moment counts as
    dead: clients go on at another. On one machine it may just be busy.
    """
    placed: dict[StageName, serve.Application] = {
        name: deploy(name, profile.stage(name), placement)
        for name, placement in profile.placement.items()
    }

    def gateway() -> FastAPI:
        logs.configure()
        show_node()
        remote: dict[StageName, Stage[Any, Any]] = {
            name: RemoteStage[Any, Any](
                name,
                serve.get_deployment_handle(name, APP_NAME),
                holds=isinstance(profile.stage(name), Holds),
            )
            for name in placed
        }
        standby = build_standby(profile)
        for name, engine in profile.standby.engines().items():
            there = partial(runs, APP_NAME, name)
            remote[name] = StandIn(name, remote[name], engine.engine, standby[name], there)
        services = Services.build(profile, environment, remote)
        services.standby = standby
        services.applications = applications
        services.trainer = RemoteTrainer(profile.training)
        return create_app(services, stopping=_told_to_stop)

    deployment: Any = serve.deployment(
        reporting(serve.ingress(gateway)()),
        name="gateway",
        **_how_many(profile),
        ray_actor_options={
            "num_cpus": profile.gateway_cpus,
            "resources": profile.gateway_resources,
        },
        max_ongoing_requests=profile.limits.sessions + 64,
        health_check_period_s=1,
        health_check_timeout_s=3 if cluster else 30,
        **_SPREAD if cluster else {},
        graceful_shutdown_timeout_s=profile.limits.drain_s + _SHUTDOWN_S,
    )
    return deployment.bind(*placed.values())


def _how_many(profile: Profile) -> dict[str, Any]:
    scaling = profile.gateway_scaling
    if scaling is None:
        return {"num_replicas": profile.gateways}
    bounds = Bounds(profile.gateways, scaling.most)
    return {"autoscaling_config": autoscaling(scaling, profile.limits.sessions, bounds)}


def _told_to_stop() -> bool:
    """Whether Serve stops this replica. It has no call for that: it waits for requests to end, and
    a session's does not end by itself."""
    from ray._private.worker import global_worker

    replicas: list[Any] = list(global_worker.actors.values())
    return any(
        getattr(getattr(replica, "_replica_impl", None), "_shutting_down", False)
        for replica in replicas
    )
