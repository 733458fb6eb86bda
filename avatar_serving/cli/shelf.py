"""``avatar-serving avatar create`` and ``list``: the avatars of a running service."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.client import Rest
from avatar_serving.client.replies import Avatar
from avatar_serving.environment import talk_key
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Look, Progress

_STATEMENT = "Stated on the command line: the person in the picture agrees to this avatar."

Photos = Annotated[
    list[Path],
    typer.Argument(help="A portrait, seen from the front; after it more pictures of that person."),
]
Name = Annotated[str, typer.Option(help="What the avatar is called; the file's name unless given.")]
Agreed = Annotated[
    bool, typer.Option("--consent", help="The person in the picture agrees to this avatar. Needed.")
]
Voice = Annotated[str, typer.Option(help="One of GET /v1/voices; the service's unless given.")]
Persona = Annotated[str, typer.Option(help="Who it is and how it talks, in words.")]
Style = Annotated[str, typer.Option(help="Redraw the picture first: one of GET /v1/looks.")]
Which = Annotated[
    int, typer.Option(min=0, help="Which of several faces, 1 being the leftmost; 0: one person.")
]
Url = Annotated[str, typer.Option(help="The service.")]


def create_avatar(
    photos: Photos,
    name: Name = "",
    consent: Agreed = False,
    voice: Voice = "",
    persona: Persona = "",
    style: Style = "none",
    face: Which = 0,
    url: Url = "http://localhost:8000",
) -> None:
    """Make an avatar of a photo at a running service, and print its id.

    Of several pictures only where the service's engine looks at several (GET /v1/looks).

    A key, where the service asks for one, comes from the environment variable AVATAR_API_KEY.
    """
    with errors_told(), Rest(url, talk_key()) as rest:
        if not consent:
            raise InvalidRequest("say that the person in the picture agrees: --consent", "consent")
        first, *more = (content_of(photo, "photo") for photo in photos)
        steps = rest.create_avatar(
            first, name or photos[0].stem, statement=_STATEMENT, voice=voice, persona=persona,
            look=Look(style=style), more=more, face=face,
        )  # fmt: skip
        made = _followed(steps)
    typer.echo(made.id)
    typer.echo(f"{made.name}: {made.description}".rstrip(": "), err=True)
    typer.echo(
        f"talk to it: avatar-serving talk --avatar {made.id}, or {_page(url, made)}", err=True
    )


def list_avatars(url: Url = "http://localhost:8000") -> None:
    """Show the avatars of a running service, the newest first.

    A key, where the service asks for one, comes from the environment variable AVATAR_API_KEY.
    """
    with errors_told(), Rest(url, talk_key()) as rest:
        found = rest.avatars()
    if not found:
        typer.echo("no avatars yet: avatar-serving avatar create PHOTO --consent", err=True)
        return
    Console().print(_shelf(found))


def _shelf(avatars: Sequence[Avatar]) -> Table:
    """One line each: on a narrow terminal the description is cut, never the id."""
    table = Table(box=None, expand=True)
    for title in ("id", "name", "voice"):
        table.add_column(title, no_wrap=True)
    table.add_column("description", no_wrap=True, ratio=1)
    for avatar in avatars:
        table.add_row(avatar.id, avatar.name, avatar.voice, avatar.description)
    return table


def _followed(steps: Generator[Progress, None, Avatar]) -> Avatar:
    """Draw the progress of *steps* on stderr; returns what they end with."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Sending the picture", total=1.0)
        while True:
            try:
                step = next(steps)
            except StopIteration as done:
                return done.value
            bar.update(task, completed=step.fraction, description=step.message)


def _page(url: str, avatar: Avatar) -> str:
    return f"{url.rstrip('/')}/#/talk/{avatar.id}"
