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
from pipelines.talking_video import Filmed


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
