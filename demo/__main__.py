"""``python -m demo``: the whole way from a photo to a spoken conversation, into a folder."""

import asyncio
import io
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from avatar_serving.avatars.sheet import portrait_sheet
from avatar_serving.client import Rest, Where
from avatar_serving.config import load_profile
from avatar_serving.errors import AvatarError
from demo.film import write_film
from demo.report import report, show, write_report, write_transcript
from demo.script import LINES, NAME, PERSONA, STATEMENT, speak_lines, user_voice
from demo.service import Service, service
from demo.talk import converse
from demo.timeline import Timeline

console = Console()


@dataclass(slots=True)
class Progress:
    """Lines with the time since the demo began."""

    began: float

    def __call__(self, text: str) -> None:
        took = f"{time.monotonic() - self.began:6.1f} s"
        console.print(f"[dim]{took}[/]  {escape(text)}", highlight=False, soft_wrap=True)


def main(
    photo: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A portrait. Default: an astronaut (NASA)."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for what is made.")] = Path("out/demo"),
    port: Annotated[int, typer.Option(help="Where the service runs, or is started.")] = 8000,
    profile: Annotated[str, typer.Option(envvar="PROFILE", help="cpu, or test.")] = "cpu",
) -> None:
    """Make an avatar from a photo and talk with it: no browser, no clicks."""
    say = Progress(time.monotonic())
    out.mkdir(parents=True, exist_ok=True)
    try:
        with service(port, profile, out / "service.log", say) as running:
            _demo(running, photo, out, profile, say)
    except AvatarError as error:
        console.print(f"[bold red]{error.code}[/]: {escape(str(error))}", highlight=False)
        sys.exit(1)


def _demo(running: Service, photo: Path | None, out: Path, profile: str, say: Progress) -> None:
    picture, name = _portrait(photo)
    with Rest(running.url) as rest:
        began = time.monotonic()
        say(f"making an avatar from {name}")
        avatar_id, avatar_voice = _make_avatar(rest, picture, say)
        avatar_s = time.monotonic() - began
        package = rest.package(avatar_id)
        (out / "avatar.zip").write_bytes(package)
        say(f"avatar.zip: {len(package) / 1e6:.1f} MB after {avatar_s:.1f} s")
        voice = user_voice(rest.voices(), avatar_voice)
        say(f"the user speaks with the voice {voice}; preparing {len(LINES)} lines")
        speech = speak_lines(rest, voice)
    where = Where(running.url, avatar=avatar_id)
    conversation = asyncio.run(converse(where, speech, say))
    timeline = Timeline(conversation)
    write_transcript(out / "transcript.json", timeline)
    figures = report(conversation, name, avatar_s, running.started_s)
    write_report(out / "report.json", figures)
    portrait_sheet(package).save(out / "portrait-sheet.png")
    say(f"drawing conversation.mp4 ({conversation.seconds:.0f} s)")
    render = load_profile(profile).render.build()
    asyncio.run(write_film(out / "conversation.mp4", package, timeline, render, say))
    show(figures, console)
    say(f"done: {', '.join(sorted(p.name for p in out.iterdir()))} in {out}")


def _make_avatar(rest: Rest, picture: bytes, say: Progress) -> tuple[str, str]:
    """Show progress; give the avatar's id and voice."""
    steps = rest.create_avatar(picture, NAME, statement=STATEMENT, persona=PERSONA)
    shown = ""
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            return end.value.id, end.value.voice
        if progress.step != shown:
            shown = progress.step
            say(f"  {progress.fraction:4.0%} {progress.step} {progress.message}".rstrip())


def _portrait(photo: Path | None) -> tuple[bytes, str]:
    if photo is not None:
        return photo.read_bytes(), photo.name
    from PIL import Image
    from skimage.data import astronaut

    buffer = io.BytesIO()
    Image.fromarray(astronaut()).save(buffer, "PNG")
    return buffer.getvalue(), "the astronaut photo of scikit-image"


if __name__ == "__main__":
    typer.run(main)
