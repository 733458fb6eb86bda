"""``python -m bench``: measure, print a table beside the targets, write out/bench.json."""

import io
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
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


class Part(StrEnum):
    STAGES = "stages"
    CONVERSATION = "conversation"
    TURN_TAKING = "turn-taking"
    RECALL = "recall"
    GATEWAY = "gateway"


_QUICK = {Part.STAGES, Part.CONVERSATION}


def main(
    turns: Annotated[int, typer.Option(help="Turns of the conversation.")] = 52,
    interruptions: Annotated[int, typer.Option(help="Answers to speak over.")] = 12,
    sessions: Annotated[int, typer.Option(help="Live sessions for the gateway's figure.")] = 40,
    port: Annotated[int, typer.Option(help="Two ports from here on must be free.")] = 8710,
    out: Annotated[Path, typer.Option()] = Path("out/bench.json"),
    quick: Annotated[
        bool, typer.Option(help="A few turns, nothing else that takes minutes.")
    ] = False,
    only: Annotated[
        list[Part] | None, typer.Option(help="Measure this part alone; may be given again.")
    ] = None,
) -> None:
    """Measure this machine. Services are started for it, so that nothing else shares them."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if quick:
        turns, interruptions = min(turns, _QUICK_TURNS), min(interruptions, _QUICK_TURNS)
    parts = set(only or Part) & (_QUICK if quick else set(Part))
    figures, cases = list[Figure](), list[Case]()
    try:
        cpu = load_profile("cpu")
        if Part.STAGES in parts:
            figures += [animate_frames(), *recognition(cpu, recordings())]
        if parts & {Part.STAGES, Part.CONVERSATION, Part.TURN_TAKING}:
            with _talking(port, out.parent, builds=1 if quick else _BUILDS) as talking:
                figures += talking.figures if Part.STAGES in parts else []
                if Part.CONVERSATION in parts:
                    figures += talking.conversation(turns, interruptions)
                if Part.TURN_TAKING in parts:
                    taken, cases = talking.turn_taking()
                    figures += taken
        if Part.RECALL in parts:
            figures += recall(cpu)
        if Part.GATEWAY in parts:
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


@dataclass(frozen=True)
class _Talking:
    """A service with real models, and an avatar to talk with."""

    rest: Rest
    where: Where
    voices: list[str]
    figures: list[Figure]
    """Of the avatar's making."""

    def conversation(self, turns: int, interruptions: int) -> list[Figure]:
        _say(f"{turns} turns and {interruptions} interruptions, in real time")
        return conversation(self.rest, self.where, self.voices, turns, interruptions)

    def turn_taking(self) -> tuple[list[Figure], list[Case]]:
        _say("turn taking: pauses, noise, backchannels, echo")
        return turn_taking(self.rest, self.where, self.voices[0])


@contextmanager
def _talking(port: int, out: Path, builds: int) -> Generator[_Talking]:
    with service(port, "cpu", out / "bench-cpu.log", _say) as running, Rest(running.url) as rest:
        photo, taken, avatar = _portrait(), list[float](), Avatar(id="", name="")
        for i in range(builds):
            _say(f"avatar {i + 1} of {builds}")
            began = time.monotonic()
            avatar = _create(rest, photo)
            taken.append(time.monotonic() - began)
        built = figure("avatar from a photo", "s", _BUILD, taken, "upload to finished package")
        _say("drawing")
        mesh = mesh_frames(load_profile("cpu").render, rest.package(avatar.id))
        voices = user_voices(rest.voices(), avatar.voice)[:_VOICES]
        yield _Talking(rest, Where(running.url, avatar=avatar.id), voices, [built, mesh])


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
