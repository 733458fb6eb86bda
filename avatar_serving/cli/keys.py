"""``avatar-serving keys``: who may use a service that is open to a network."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console
from rich.table import Table

from avatar_serving.callers import SCOPES, Scope
from avatar_serving.cli.failing import errors_told

if TYPE_CHECKING:
    from avatar_serving.store import Store

app = typer.Typer(no_args_is_help=True, help="API keys: make, list, rotate and revoke them.")
console = Console()

Data = Annotated[
    Path | None, typer.Option(help="AVATAR_DATA; ./data unless set. Where avatars are kept.")
]
Label = Annotated[str, typer.Argument(help="Who or what the key is for: 'shop', 'phone app'.")]
Days = Annotated[float | None, typer.Option(help="How long the key opens; for ever unless given.")]


@app.command()
def create(
    label: Label,
    may: Annotated[
        list[str] | None, typer.Option(help=f"{', '.join(SCOPES)}: repeat it; all unless given.")
    ] = None,
    owner: Annotated[
        str, typer.Option(help="Whose avatars, videos and users it sees; everybody's unless given.")
    ] = "",
    days: Days = None,
    data: Data = None,
) -> None:
    """Make a key and show it, once. Only its hash is kept."""
    scopes = cast(list[Scope], may) if may else SCOPES
    with errors_told(), _opened(data) as store:
        print(store.create_key(label, scopes, owner, _days(days)))


@app.command(name="list")
def list_keys(data: Data = None) -> None:
    """Show the label of every key, the beginning of its hash, what it may do, and its times."""
    with errors_told(), _opened(data) as store:
        keys = store.keys()
    if not keys:
        return console.print("no keys yet: avatar-serving keys create LABEL")
    table = Table("hash", "label", "owner", "may", "made", "last used", "until", box=None)
    for key in keys:
        times = [_day(time) for time in (key.created_at, key.used_at, key.expires_at)]
        table.add_row(key.digest, key.label, key.owner, " ".join(key.scopes), *times)
    console.print(table)


@app.command()
def rotate(
    label: Label,
    overlap_hours: Annotated[
        float, typer.Option(min=0, help="How long the old keys with this label still open.")
    ] = 24.0,
    days: Days = None,
    data: Data = None,
) -> None:
    """Make a key that may do the same, and let the old ones with this label run out."""
    with errors_told(), _opened(data) as store:
        print(store.rotate_key(label, timedelta(hours=overlap_hours), _days(days)))


@app.command()
def revoke(label: Label, data: Data = None) -> None:
    """Delete every key with this label. Sessions that are open go on."""
    with errors_told(), _opened(data) as store:
        count = store.revoke_key(label)
    console.print(f"{count} deleted")
    if count == 0:
        raise typer.Exit(1)


def _opened(data: Path | None) -> AbstractContextManager["Store"]:
    from avatar_serving.store.opened import opened_store  # brings a database no other command needs

    return opened_store(data)


def _days(days: float | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)


def _day(time: datetime | None) -> str:
    return "" if time is None else f"{time:%Y-%m-%d %H:%M}"
