"""``avatar-serving say``: a video of an avatar that says something."""

import os
import sys

import typer

ANYTHING = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}


def say(context: typer.Context) -> None:
    """Make a video of an avatar that says a text or a recording: say --help."""
    # Pipelines are the layer above, which nothing here may import: this process turns into one.
    command = [sys.executable, "-m", "pipelines.say", *context.args]
    os.execv(command[0], command)
