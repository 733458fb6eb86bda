"""``avatar-serving drive``: an avatar does what a person does in a film."""

import os
import sys

import typer


def drive(context: typer.Context) -> None:
    """Make a video of an avatar that does what the person in a film does: drive --help."""
    # Pipelines are the layer above, which nothing here may import: this process turns into one.
    command = [sys.executable, "-m", "pipelines.drive", *context.args]
    os.execv(command[0], command)
