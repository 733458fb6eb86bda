"""``avatar-serving check``: prove that a service works, as a user would."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from avatar_serving import weights
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.client import Rest, Where, ask, open_session
from avatar_serving.environment import talk_key
from avatar_serving.errors import StageFailed

_PORTRAIT = "portrait-astronaut"
_SAID = "Hello! Who are you?"
_STATEMENT = "A portrait in the public domain, to check that the service works."
_ANSWER_S = 120.0

Url = Annotated[str, typer.Option(help="The service.")]
Photo = Annotated[
    Path | None,
    typer.Option(help=f"A portrait; without, the weight {_PORTRAIT} (pull it first)."),
]


def check(url: Url = "http://localhost:8000", photo: Photo = None) -> None:
    """Make an avatar, hold one spoken turn with it, delete it. Fails where any of that fails.

    A key, where the service asks for one, comes from the environment variable AVATAR_API_KEY.
    """
    console = Console(highlight=False)
    with errors_told():
        picture = content_of(photo or weights.path(_PORTRAIT), "photo")
        with Rest(url, talk_key()) as rest:
            avatar = _create(rest, picture, console)
            try:
                pcm = rest.speech(_SAID, rest.voices()[0].id)
                asyncio.run(_talk(Where(url, avatar, api_key=talk_key()), pcm, console))
            finally:
                rest.delete_avatar(avatar)


def _create(rest: Rest, picture: bytes, console: Console) -> str:
    steps = rest.create_avatar(picture, "Check", statement=_STATEMENT)
    while True:
        try:
            step = next(steps)
        except StopIteration as done:
            console.print(f"made avatar {done.value.id}")
            return done.value.id
        console.print(f"  {step.fraction:4.0%} {step.step}")


async def _talk(where: Where, pcm: bytes, console: Console) -> None:
    """Raises: StageFailed: an answer without words or without a face."""
    async with open_session(where) as client:
        turn = await ask(client, _SAID, pcm, timeout_s=_ANSWER_S)
    frames = sum(len(stretch.frames) for stretch in turn.answer.motion)
    console.print(f"heard:    {turn.heard}\nanswered: {turn.answer.transcript}")
    console.print(f"voice to voice {turn.voice_to_voice_ms:.0f} ms, {frames} frames of a face")
    if not turn.answer.transcript or not frames:
        raise StageFailed("converse", "the answer has no words or no face")
