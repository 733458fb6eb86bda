"""``avatar-serving drain``: move this machine's sessions elsewhere before it stops."""

from typing import Annotated

import typer

from avatar_serving import draining

Limit = Annotated[float, typer.Option(min=0, help="Longest wait, in seconds.")]
Stay = Annotated[
    bool,
    typer.Option(
        "--stay", help="Let sessions end by themselves until the limit, and move the rest then."
    ),
]
_MOVING_S = 60.0
"""Enough for turns to end and sessions to be written down."""


def drain(limit_s: Limit = 3600, stay: Stay = False) -> None:
    """Wait until no process of this machine holds a session, or the limit is reached.

    Its gateways take no new session; each one they have is handed over at the end of its turn, and
    its client goes on with it at another gateway that uses the same store. They are found by
    PROMETHEUS_MULTIPROC_DIR. With --stay new sessions are kept away only by whoever routes them:
    Kubernetes takes a pod that is about to stop out of its Service.
    """
    folder = draining.metrics_folder()
    if folder is None or not folder.is_dir():
        typer.echo("0 sessions left")
        return
    left = draining.wait(folder, limit_s) if stay else 1
    if left:
        draining.request(folder)
        left = draining.wait(folder, _MOVING_S if stay else limit_s)
    typer.echo(f"{left} sessions left")
