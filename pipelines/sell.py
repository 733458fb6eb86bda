"""``avatar-serving sell``: an avatar presents products in a live video, and answers its viewers."""

import asyncio
import json
import sys
import threading
import zlib
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console

from avatar_serving.cli.examples import SELL_EXAMPLES, shown
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.shelf import Which
from avatar_serving.config import load_profile
from avatar_serving.environment import environment
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.framing import framed, sized
from avatar_serving.film.live import container_of, is_live
from avatar_serving.media import Manner
from avatar_serving.rails import Guard
from avatar_serving.selling.comments import Comment, Comments
from avatar_serving.selling.show import Show
from avatar_serving.stages.tts import find_voice
from pipelines.converse import ConverseStages
from pipelines.film_options import (
    Aspect,
    Avatar,
    Background,
    Consented,
    Height,
    ProfileName,
    backdrop,
)
from pipelines.live_commerce import Seller, live_commerce
from pipelines.on_air import OnAir, Stage, on_air, sent_to
from pipelines.sitter import Sitter, opened, rails_of

Script = Annotated[Path, typer.Option(help="The show, a YAML file: docs/live-selling.md.")]
Output = Annotated[
    str, typer.Option("-o", "--output", help="An rtmp(s):// or srt:// address, or .mp4, .flv, .ts.")
]
Viewers = Annotated[
    str | None,
    typer.Option(
        "--comments",
        help='A file with a line {"user": ..., "text": ...} for each; -: stdin, as they come.',
    ),
]
Voice = Annotated[str, typer.Option(help="A voice; the profile's default unless given.")]


def sell(
    avatar: Avatar,
    script: Script,
    output: Output,
    comments: Viewers = None,
    voice: Voice = "",
    aspect: Aspect = "9:16",
    height: Height = 640,
    background: Background = "keep",
    consent: Consented = False,
    face: Which = 0,
    profile: ProfileName = None,
) -> None:
    """Present products in a live video, answer viewers' comments between them, and end.

    To an address it is sent at the pace of a clock; into a file as fast as it can be made.
    """
    with errors_told():
        container_of(output)
        show = Show.read(script)
        chosen = load_profile(profile or environment().profile)
        framing = framed(*sized(None, aspect, height))
        viewers = Comments()
        if comments:
            _follow(comments, viewers)
        manner = Manner(
            find_voice(chosen.tts, voice or chosen.voice).id,
            show.language,
            seed=zlib.crc32(avatar.encode()),
        )
        content = asyncio.run(opened(Sitter(avatar, consent, (), face), chosen))
        engines = ConverseStages(chosen.llm.build(), chosen.tts.build(), chosen.animate.build())
        rails = chosen.rails.and_also(rails_of(avatar))
        seller = Seller(engines, Guard(rails, engines.llm), manner)
        stage = Stage(
            engines.animate, chosen.render.build(), content, framing, backdrop(background),
            seed=manner.seed,
        )  # fmt: skip
        asyncio.run(_held(seller, show, viewers, stage, output))


async def _held(seller: Seller, show: Show, viewers: Comments, stage: Stage, output: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    with sent_to(output, stage.framing) as target:
        parts = live_commerce(seller, show, viewers)
        async with aclosing(on_air(stage, parts, target, live=is_live(output))) as begun:
            async for moment in begun:
                console.print(_line(moment), markup=False)
    console.print(f"ended after {target.seconds:.1f} s")


def _line(moment: OnAir) -> str:
    part = moment.begun
    if isinstance(part, str):
        return f"{'':11} {part}"
    about = f" {part.product}" if part.product else ""
    asked = f", {part.comment.user}: {part.comment.text}" if part.comment else ""
    return f"{moment.at_s:7.1f} s  {part.kind}{about}{asked}"


def _follow(source: str, viewers: Comments) -> None:
    """Read a file to its end; read stdin in a thread of its own, for as long as it goes on."""
    if source == "-":
        threading.Thread(target=_read, args=(sys.stdin, viewers, False), daemon=True).start()
        return
    try:
        with Path(source).open() as file:
            _read(file, viewers, True)
    except OSError as error:
        raise InvalidRequest(f"{source}: {error.strerror}", "comments") from error


def _read(lines: TextIO, viewers: Comments, strict: bool) -> None:
    """*strict*: a line that is no comment ends it; else it is passed over."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                told = json.loads(line)
                viewers.add(Comment(str(told["user"]), str(told["text"])))
            except (ValueError, KeyError, TypeError) as error:
                if strict:
                    raise InvalidRequest(f"line {number} is no comment", "comments") from error


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command(epilog=shown(SELL_EXAMPLES))(sell)
    app(prog_name="avatar-serving sell")
