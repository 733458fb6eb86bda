"""``avatar-serving evaluate``: measure an avatar and write a report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.cli.shelf import Which
from avatar_serving.errors import InvalidRequest

if TYPE_CHECKING:
    from avatar_serving.evaluation.evaluate import Depth, Evaluated
    from avatar_serving.evaluation.subject import Subject
    from avatar_serving.evaluation.targets import Verdict

Avatar = Annotated[
    str, typer.Argument(help="A portrait picture, an avatar package (.zip), or an id of the store.")
]
Output = Annotated[Path, typer.Option("-o", "--output", help="Folder for the report.")]
Source = Annotated[
    Path | None, typer.Option("--portrait", help="The picture that a package was made of.")
]
Quick = Annotated[bool, typer.Option("--quick", help="Without speech and single shapes.")]

_COLOURS = {True: "green", False: "yellow", None: "dim"}


def evaluate(
    avatar: Avatar,
    output: Output = Path("report"),
    portrait: Source = None,
    face: Which = 0,
    quick: Quick = False,
) -> None:
    """Drive an avatar, look at it again, and write how well it follows and whom it resembles.

    Without a portrait the views of a package are compared with its own rest view.
    """
    with errors_told():
        # brings picture and model code no other command needs
        from avatar_serving.evaluation.evaluate import Depth
        from avatar_serving.evaluation.report import write_report
        from avatar_serving.evaluation.targets import verdicts

        console = Console(highlight=False)
        depth = Depth(speech=not quick, responses=not quick)
        found = _evaluated(_subject(avatar, portrait, face), depth, console)
        page = write_report(found, output)
        console.print(_table(verdicts(found.evaluation)))
        console.print(f"report: {page}", soft_wrap=True)


def _subject(avatar: str, portrait: Path | None, face: int) -> "Subject":
    from avatar_serving.evaluation import subject
    from avatar_serving.store.opened import stored_package

    picture = content_of(portrait) if portrait else None
    path = Path(avatar)
    packed = path.suffix.lower() == ".zip"
    if not packed and path.is_file():
        return subject.from_portrait(path.stem, content_of(path), face)
    if face and picture is None:
        raise InvalidRequest("an avatar has one face; --face is for a portrait picture", "face")
    name, content = (path.stem, content_of(path)) if packed else (avatar, stored_package(avatar))
    return subject.from_package(name, content, picture, face)


def _evaluated(subject: "Subject", depth: "Depth", console: Console) -> "Evaluated":
    from avatar_serving.evaluation.evaluate import Evaluated, evaluate

    with Bar(console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        for step in evaluate(subject, depth):
            if isinstance(step, Evaluated):
                return step
            bar.update(task, completed=step.fraction, description=step.message)
    raise AssertionError("an evaluation ends with what was found")


def _table(found: "tuple[Verdict, ...]") -> Table:
    table = Table("measure", "found", "target", box=None, padding=(0, 2, 0, 0))
    for verdict in found:
        target = verdict.target
        value = "not measured" if verdict.value is None else f"{verdict.value:.4g} {target.unit}"
        bound = f"{'>=' if target.sense == 'least' else '<='} {target.goal:g}"
        table.add_row(target.name, f"[{_COLOURS[verdict.reached]}]{value}[/]", bound)
    return table
