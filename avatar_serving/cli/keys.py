"""``avatar-serving keys``: who may use a service that is open to a network."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from avatar_serving.config import environment, storage
from avatar_serving.store import Store

app = typer.Typer(no_args_is_help=True, help="API keys: make, list and revoke them.")
console = Console()

Data = Annotated[
    Path | None, typer.Option(help="AVATAR_DATA; ./data unless set. Where avatars are kept.")
]
Label = Annotated[str, typer.Argument(help="Who or what the key is for: 'shop', 'phone app'.")]


@app.command()
def create(label: Label, data: Data = None) -> None:
    """Make a key and show it, once. Only its hash is kept."""
    print(_store(data).create_key(label))


@app.command(name="list")
def list_keys(data: Data = None) -> None:
    """Show the label of every key, and the beginning of its hash."""
    keys = _store(data).keys()
    for label, digest in keys:
        console.print(f"{digest}  {label}", highlight=False)
    if not keys:
        console.print("no keys yet: avatar-serving keys create LABEL")


@app.command()
def revoke(label: Label, data: Data = None) -> None:
    """Delete every key with this label. Sessions that are open go on."""
    count = _store(data).revoke_key(label)
    console.print(f"{count} deleted")
    if count == 0:
        raise typer.Exit(1)


def _store(data: Path | None) -> Store:
    return Store(data or environment().data, storage=storage())
