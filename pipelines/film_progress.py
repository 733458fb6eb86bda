"""How far a film is, on the command line."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from avatar_serving.media import Progress as Step
from pipelines.filming import Filmed


def progress_bar(console: Console) -> Progress:
    """Gone when the work is done."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    return Progress(*columns, console=console, transient=True)


async def followed(
    video: AsyncGenerator[Step | Filmed, None], bar: Progress, task: TaskID
) -> Filmed:
    """Show the steps of a *video* on *bar*; gives what it ends with."""
    async with aclosing(video) as steps:
        async for step in steps:
            if isinstance(step, Filmed):
                return step
            bar.update(task, completed=step.fraction, description=step.message)
    raise AssertionError("a video ends with its file")


def told_of(filmed: Filmed, console: Console) -> None:
    console.print(
        f"{filmed.path}: {filmed.seconds:.1f} s in {filmed.work_s:.1f} s, "
        f"{filmed.speed:.2f} times real time",
        soft_wrap=True,
    )
