"""How a command ends when it cannot do its work: one line, and a status other than zero."""

from collections.abc import Generator
from contextlib import contextmanager

import typer
from rich.console import Console

from avatar_serving.errors import AvatarError


@contextmanager
def errors_told() -> Generator[None]:
    """Say an error of ours in words, without a traceback."""
    try:
        yield
    except AvatarError as error:
        console = Console(stderr=True, soft_wrap=True)
        console.print(f"[bold red]{error.code}[/]", end=": ")
        console.print(str(error), markup=False, highlight=False)
        raise typer.Exit(1) from error
