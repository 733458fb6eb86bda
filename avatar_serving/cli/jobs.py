"""``avatar-serving jobs``: run work beside the service, here or on a cluster."""

import os
import sys

import typer

from avatar_serving.cli.say import ANYTHING

AS_GIVEN = {**ANYTHING, "allow_interspersed_args": False}
"""A ``--`` belongs to the command that is run."""


def jobs(context: typer.Context) -> None:
    """Training and fits: on this machine, or with --cluster as RayJobs: jobs --help."""
    # Ray is known only to the layer above: this process turns into it, as `serve` does.
    command = [sys.executable, "-m", "deployments.jobs", *context.args]
    os.execv(command[0], command)
