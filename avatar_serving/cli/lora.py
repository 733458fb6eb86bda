"""``avatar-serving lora``: train adapters of the diffusion model: lora --help."""

import os
import sys

import typer


def lora(context: typer.Context) -> None:
    """Teach the diffusion model a character: lora train --help; lora list."""
    # Pipelines are above this layer: this process turns into it, as `serve` does.
    command = [sys.executable, "-m", "deployments.lora", *context.args]
    os.execv(command[0], command)
