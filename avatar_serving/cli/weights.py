"""``avatar-serving weights``: list, pull and verify model files."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table

from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.progress import drawn_progress
from avatar_serving.weights.environment import read_environment
from avatar_serving.weights.library import Library, library
from avatar_serving.weights.lock import RepositoryWeight, Weight, total_size
from avatar_serving.weights.pull import Puller
from avatar_serving.weights.uris import origin

app = typer.Typer(
    help="Model files: pinned by sha256, kept in $AVATAR_CACHE (~/.cache/avatar-serving).",
    no_args_is_help=True,
)

Names = Annotated[list[str] | None, typer.Argument(help="Weights by name; default: all.")]
ProfileOption = Annotated[
    str | None, typer.Option(help="Only what this profile needs: cpu, test, or a YAML file.")
]
_PIPED_WIDTH = 200
_COLOURS = {"present": "green", "missing": "yellow", "corrupt": "bold red"}


@app.command("list")
def list_weights(names: Names = None, profile: ProfileOption = None) -> None:
    """Show each weight: its size, licence, whether it is here, and where it comes from."""
    with errors_told():
        shelf = library()
        table = Table("name", "size", "licence", "class", "here", "first source", box=None)
        for weight in _select(shelf, names, profile):
            state = shelf.state(weight)
            size = decimal(total_size(weight))
            here = f"[{_COLOURS[state]}]{state}[/]"
            source = _first_source(weight)
            table.add_row(weight.name, size, weight.licence, weight.licence_class, here, source)
        console = Console()
        if not console.is_terminal:  # piped: a row stays a line
            console.width = _PIPED_WIDTH
        console.print(table)


@app.command()
def pull(names: Names = None, profile: ProfileOption = None) -> None:
    """Fetch what is missing or damaged. Interrupted, it goes on where it was.

    AVATAR_WEIGHTS_MIRROR names a folder of files named by their sha256, tried first.
    Repositories of a hub, which are large, are pulled only when they are named or needed.

    With AVATAR_LICENCE=commercial a weight of another class is refused by name; pulling
    all weights leaves it out.
    """
    with errors_told():
        shelf, console = library(), Console(soft_wrap=True)
        wanted = _select(shelf, names, profile)
        if not (names or profile):
            wanted = [w for w in wanted if not isinstance(shelf.lock.get(w.name), RepositoryWeight)]
        chosen = _allowed(shelf, wanted, console, bool(names or profile))
        sizes = {weight.name: total_size(weight) for weight in chosen}
        with drawn_progress(console, sizes) as progress:
            Puller(read_environment(), progress).pull(chosen)
        total = decimal(sum(sizes.values()))
        console.print(f"{len(chosen)} weights, {total}, are in {shelf.cache.root}")


@app.command()
def verify(names: Names = None, profile: ProfileOption = None) -> None:
    """Compute every sha256 again. Fails if one is wrong or absent, and says what mends it."""
    with errors_told():
        shelf, console = library(), Console(soft_wrap=True)
        bad: list[str] = []
        for weight in _select(shelf, names, profile):
            state = shelf.state(weight, thorough=True)
            console.print(f"[{_COLOURS[state]}]{state:8}[/] {weight.name}", highlight=False)
            if state != "present":
                bad.append(weight.name)
        if bad:
            console.print(f"to mend: avatar-serving weights pull {' '.join(bad)}")
            raise typer.Exit(1)


def _select(shelf: Library, names: list[str] | None, profile: str | None) -> Sequence[Weight]:
    if profile is not None:
        from avatar_serving.config import load_profile  # loads every stage's module

        names = [*(names or []), *load_profile(profile).required_weights()]
    elif not names:
        names = [weight.name for weight in shelf.lock.weights]
    return [shelf.get(name) for name in dict.fromkeys(names)]


def _allowed(
    shelf: Library,
    chosen: Sequence[Weight],
    console: Console,
    asked_for: bool,
) -> Sequence[Weight]:
    if asked_for:
        for weight in chosen:
            shelf.check_licence(weight)
        return chosen
    allowed = [weight for weight in chosen if shelf.allows(weight)]
    for weight in chosen:
        if weight not in allowed:
            console.print(f"  {weight.name}: left out, its licence is {weight.licence_class}")
    return allowed


def _first_source(weight: Weight) -> str:
    if isinstance(weight, RepositoryWeight):
        return f"hub {weight.repository}@{weight.revision}, pinned when it is pulled"
    first, *others = next(iter(weight.pins[0].sources))
    return origin(first.uri) + (f" and {len(others)} more" if others else "")
