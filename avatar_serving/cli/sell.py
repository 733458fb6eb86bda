"""``avatar-serving sell``: a live video in which an avatar presents products."""

import os
import sys

import typer


def sell(context: typer.Context) -> None:
    """Present products in a live video and answer its viewers: sell --help."""
    # Pipelines are the layer above, which nothing here may import: this process turns into one.
    command = [sys.executable, "-m", "pipelines.sell", *context.args]
    os.execv(command[0], command)
