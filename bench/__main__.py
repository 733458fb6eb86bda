"""``python -m bench``: measure, print a table beside the targets, write out/bench.json."""

import io
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from PIL import Image
from rich.console import Console
from rich.markup import escape

from avatar_serving.client import Avatar, Rest, Where
from avatar_serving.config import load_profile
from avatar_serving.errors import AvatarError
from bench.conversation import conversation
from bench.figures import Figure, Target, figure, show, write
from bench.gateway import gateway
from bench.recall import recall
from bench.recognition import recognition
from bench.recordings import recordings
from bench.stages import animate_frames, mesh_frames
from bench.turn_taking import Case, show_cases, turn_taking, write_cases
from demo.script import STATEMENT, user_voices
from demo.service import service

console = Console(width=None if sys.stdout.isatty() else 130)
_BUILD = Target("<= 5 s", p95=5.0)
_BUILDS = 3
_VOICES = 4
_QUICK_TURNS = 4


def main(
    turns: Annotated[int, typer.Option(help="Turns of the conversation.")] = 52,
    interruptions: Annotated[int, typer.Option(help="Answers to speak over.")] = 12,
    sessions: Annotated[int, typer.Option(help="Live sessions for the gateway's figure.")] = 40,
    port: Annotated[int, typer.Option(help="Two ports from here on must be free.")] = 8710,
    out: Annotated[Path, typer.Option()] = Path("out/bench.json"),
    quick: Annotated[
        bool, typer.Option(help="A few turns, nothing else that takes minutes.")
    ] = False,
) -> None:
    """Measure this machine. Services are started for it, so that nothing else shares them."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if quick:
        turns, interruptions = min(turns, _QUICK_TURNS), min(interruptions, _QUICK_TURNS)
    try:
        cpu = load_profile("cpu")
        figures = [animate_frames(), *recognition(cpu, recordings())]
        measured, cases = _with_models(port, out.parent, turns, interruptions, quick)
        figures += measured
        if not quick:
            figures += recall(cpu)
            figures += _gateway(port + 1, out.parent, sessions)
    except AvatarError as error:
        console.print(f"[bold red]{error.code}[/]: {escape(str(error))}", highlight=False)
        sys.exit(1)
    write(out, figures)
    write_cases(out, cases)
    show(figures, console)
    if cases:
        show_cases(cases, console)
    console.print(f"written to {out}")


def _with_models(
    port: int, out: Path, turns: int, interruptions: int, quick: bool
) -> tuple[list[Figure], list[Case]]:
    with service(port, "cpu", out / "bench-cpu.log", _say) as running, Rest(running.url) as rest:
        photo, builds, avatar = _portrait(), list[float](), Avatar(id="", name="")
        count = 1 if quick else _BUILDS
        for i in range(count):
            _say(f"avatar {i + 1} of {count}")
            began = time.monotonic()
            avatar = _create(rest, photo)
            builds.append(time.monotonic() - began)
        built = figure("avatar from a photo", "s", _BUILD, builds, "upload to finished package")
        _say("drawing")
        mesh = mesh_frames(load_profile("cpu").render, rest.package(avatar.id))
        _say(f"{turns} turns and {interruptions} interruptions, in real time")
        voices = user_voices(rest.voices(), avatar.voice)[:_VOICES]
        where = Where(running.url, avatar=avatar.id)
        talked = conversation(rest, where, voices, turns, interruptions)
        if quick:
            return [built, mesh, *talked], []
        _say("turn taking: pauses, noise, backchannels, echo")
        taken, cases = turn_taking(rest, where, voices[0])
        return [built, mesh, *talked, *taken], cases


def _gateway(port: int, out: Path, sessions: int) -> list[Figure]:
    with service(port, "test", out / "bench-test.log", _say) as running:
        if running.pid is None:
            raise typer.BadParameter(f"port {port} is in use")
        _say(f"{sessions} sessions at once, without models")
        return gateway(running.url, running.pid, sessions)


def _create(rest: Rest, photo: bytes) -> Avatar:
    steps = rest.create_avatar(photo, "Bench", statement=STATEMENT)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _portrait() -> bytes:
    from skimage.data import astronaut

    buffer = io.BytesIO()
    Image.fromarray(astronaut()).save(buffer, "PNG")
    return buffer.getvalue()


_say: Callable[[str], None] = console.print

if __name__ == "__main__":
    typer.run(main)
