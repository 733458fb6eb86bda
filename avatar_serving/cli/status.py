"""``avatar-serving status``: what a running service is made of, and how much of it is in use."""

from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal

from avatar_serving.cli.failing import errors_told
from avatar_serving.client import Rest
from avatar_serving.environment import talk_key
from avatar_serving.protocol.status import ApplicationPart, ServiceStatus

Url = Annotated[str, typer.Option(help="The service.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what the service answers as JSON.")]


def status(url: Url = "http://localhost:8000", as_json: AsJson = False) -> None:
    """Show applications, replicas, sessions and weights of a service.

    A key, where the service asks for one, comes from the environment variable AVATAR_API_KEY.
    Ends with 1 if the service is not ready or a part of it is not healthy.
    """
    with errors_told(), Rest(url, talk_key()) as rest:
        found = rest.status()
    if as_json:
        typer.echo(found.model_dump_json(indent=1))
    else:
        _show(found)
    if not found.ready or any(map(_ails, found.applications)):
        raise typer.Exit(1)


def _ails(application: ApplicationPart) -> bool:
    parts = [application.status, *(part.status for part in application.deployments)]
    return any(said in ("UNHEALTHY", "DEPLOY_FAILED") for said in parts)


def _show(found: ServiceStatus) -> None:
    console = Console(soft_wrap=True, highlight=False)
    ready = "ready" if found.ready else "not ready"
    console.print(
        f"profile {found.profile}, {ready}, {found.sessions} of {found.capacity} sessions"
    )
    for application in found.applications:
        console.print(f"application {application.name}: {application.status} {application.message}")
        for part in application.deployments:
            replicas = ", ".join(f"{n} {state}" for state, n in part.replicas.items()) or "none"
            console.print(f"  {part.name:12} {part.status:12} replicas: {replicas}")
    missing = [weight for weight in found.weights if weight.state != "present"]
    size = decimal(sum(weight.size for weight in found.weights))
    console.print(f"weights: {len(found.weights)}, {size}, {len(missing)} not as they should be")
    for weight in missing:
        console.print(f"  {weight.state} {weight.name}: {decimal(weight.size)}, {weight.licence}")
