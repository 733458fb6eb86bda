"""``avatar-serving portraits``: faces of nobody, of a kind that a network learned."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from avatar_serving.cli.failing import errors_told
from avatar_serving.environment import environment
from avatar_serving.errors import InvalidRequest
from avatar_serving.torch_device import Device

if TYPE_CHECKING:
    from avatar_serving.gan.options import Checked
    from avatar_serving.gan.pictures import Pictures

app = typer.Typer(
    no_args_is_help=True,
    help="Portraits of nobody, of a kind that a network learned from pictures of yours.",
)
console = Console(stderr=True)

Name = Annotated[str, typer.Argument(help="Of the kind of portrait: small letters, digits, - _.")]
Home = Annotated[Path | None, typer.Option(help="Default: portraits, in AVATAR_DATA.")]
Where = Annotated[str, typer.Option(help="cuda or cpu.")]


@app.command()
def train(
    name: Name,
    folder: Annotated[
        Path, typer.Argument(help="Pictures of faces, cut alike.", exists=True, file_okay=False)
    ],
    rights: Annotated[str, typer.Option(help="Why you may learn from these pictures, in words.")],
    steps: Annotated[int, typer.Option(min=1, help="Of 16 pictures each.")] = 40_000,
    device: Where = "cuda",
    home: Home = None,
) -> None:
    """Learn a kind of face. The same command again goes on where it was interrupted."""
    from avatar_serving.gan.options import GanOptions
    from avatar_serving.gan.training import GanTraining
    from avatar_serving.whole_files import write_whole

    with errors_told():
        place = _place(name, home)
        options = GanOptions(steps=steps, device=_device(device))
        pictures = _read(folder)
        place.mkdir(parents=True, exist_ok=True)
        write_whole(place / "rights.txt", f"{rights}\n{len(pictures.rgb)} pictures\n")
        training = GanTraining(pictures.rgb, options, place)
        with Progress(console=console) as bars:
            bar = bars.add_task("training", total=steps, completed=training.done)
            for checked in training.run():
                bars.update(bar, completed=checked.step, description=_shown(checked, place))
        typer.echo(place)


@app.command()
def draw(
    name: Name,
    out: Annotated[Path, typer.Option("--out", "-o", help="A picture, of all side by side.")],
    count: Annotated[int, typer.Option(min=1, max=256)] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the first; the others follow.")] = 0,
    device: Where = "cuda",
    home: Home = None,
) -> None:
    """Draw portraits of 128 pixels, the same for a seed each time."""
    from PIL import Image as Pillow

    from avatar_serving.gan import drawing

    with errors_told():
        seeds = range(seed, seed + count)
        portraits = drawing.draw(_place(name, home), seeds, _device(device))
        Pillow.fromarray(drawing.sheet_of(portraits)).save(out)
    typer.echo(out)


def _read(folder: Path) -> "Pictures":
    from avatar_serving.gan.pictures import files_in, read_pictures

    files = files_in(folder)
    with Progress(console=console) as bars:
        bar = bars.add_task("reading", total=len(files))
        pictures = read_pictures(files, lambda done: bars.update(bar, completed=done))
    for path in pictures.unread:
        console.print(f"left out, no picture: {path}", markup=False)
    return pictures


def _shown(checked: "Checked", place: Path) -> str:
    """Keep the sheet of a check; its losses in words."""
    from PIL import Image as Pillow

    Pillow.fromarray(checked.sheet).save(place / f"sheet-{checked.step:06}.png")
    return f"losses {checked.generator_loss:.2f}, {checked.discriminator_loss:.2f}"


def _place(name: str, home: Path | None) -> Path:
    from avatar_serving.training.record import NAME

    if not re.fullmatch(NAME, name):
        raise InvalidRequest(f"{name!r} is no name: small letters, digits, - and _", "name")
    return (home or environment().data / "portraits") / name


def _device(name: str) -> Device:
    if name not in ("cuda", "cpu"):
        raise InvalidRequest(f"cuda or cpu, not {name!r}", "device")
    return name
