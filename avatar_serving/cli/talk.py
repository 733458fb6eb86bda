"""``avatar-serving talk``: a conversation in the terminal."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.script import Script
from avatar_serving.cli.sound import Devices, read_wav, write_wav
from avatar_serving.client import RealtimeClient, Where, ask, open_session
from avatar_serving.client.messages import AudioDelta, ResponseDone, SpeechStarted
from avatar_serving.environment import talk_key
from avatar_serving.errors import InvalidRequest, StageTimeout

_ANSWER_S = 120.0
_REPORT_S = 2.0

Url = Annotated[str, typer.Option(help="The service.")]
AvatarId = Annotated[str, typer.Option(help="Whom to talk to, by id; without: the default voice.")]
Model = Annotated[str, typer.Option(help="A language model of GET /v1/models.")]
Wav = Annotated[
    list[Path] | None,
    typer.Option(help="Say this file instead of speaking; may be repeated, a turn each."),
]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Keep the answers as a WAV file.")]
Typed = Annotated[bool, typer.Option("--text", help="Type; answers are written, not spoken.")]
Mute = Annotated[
    bool,
    typer.Option("--mute-while-speaking", help="For loudspeakers: no interrupting, no echo."),
]


def talk(
    avatar: AvatarId = "",
    url: Url = "http://localhost:8000",
    model: Model = "default",
    wav: Wav = None,
    out: Out = None,
    text: Typed = False,
    mute_while_speaking: Mute = False,
) -> None:
    """Talk to an avatar: by microphone and loudspeaker, with WAV files, or by typing.

    A key, where the service asks for one, comes from the environment variable AVATAR_API_KEY.
    """
    with errors_told():
        if text and (wav or out):
            raise InvalidRequest("--text writes: it goes without --wav and --out", "text")
        if out and not wav:
            raise InvalidRequest("--out keeps answers to --wav", "out")
        where = Where(url, avatar or None, model=model, api_key=talk_key())
        console = Console(highlight=False)
        files = [read_wav(path) for path in wav or ()]
        if files:
            sound = asyncio.run(_by_files(where, console, files))
            if out:
                write_wav(out, sound)
                console.print(f"kept in {out}")
        elif text:
            asyncio.run(_by_keyboard(where, console))
        else:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(_by_voice(where, console, mute_while_speaking))


async def _by_files(where: Where, console: Console, files: list[bytes]) -> bytes:
    """Say each file and wait for its answer; returns the answers' sound."""
    sound = bytearray()
    async with open_session(where) as client, _shown(client, console) as script:
        for number, pcm in enumerate(files, 1):
            turn = await ask(client, "", pcm, timeout_s=_ANSWER_S)
            sound += turn.answer.playout.pcm
            with contextlib.suppress(StageTimeout):
                answer = turn.answer
                await client.wait_for("it reports", lambda a=answer: a.reported, _REPORT_S)
            script.note(f"  voice to voice {turn.voice_to_voice_ms:.0f} ms, turn {number}")
    return bytes(sound)


async def _by_keyboard(where: Where, console: Console) -> None:
    """A line, an answer, until the input ends."""
    async with open_session(where, microphone=False) as client, _shown(client, console) as script:
        session = {"type": "realtime", "output_modalities": ["text"]}
        await client.send("session.update", session=session)
        if sys.stdin.isatty():
            script.note("Type and press return; an empty line or Ctrl-D ends the conversation.")
        while said := (await asyncio.to_thread(sys.stdin.readline)).strip():
            await _typed(client, said)
            _check(client)


async def _typed(client: RealtimeClient, said: str) -> None:
    """Say it in writing, and wait for the end of the answer or of the session."""
    async with aclosing(client.events()) as events:
        await client.type_text(said)
        async with asyncio.timeout(_ANSWER_S):
            async for received in events:
                if isinstance(received.message, ResponseDone):
                    return


async def _by_voice(where: Where, console: Console, mute: bool) -> None:
    """Until Ctrl-C, or until the session ends."""
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    def on_heard(pcm: bytes) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, pcm)

    devices = Devices(on_heard)
    try:
        async with open_session(where, microphone=False) as client, _shown(client, console) as page:
            page.note("Speak; Ctrl-C ends the conversation. With loudspeakers: headphones, or")
            page.note("--mute-while-speaking, so that the avatar does not hear itself.")
            playing = asyncio.create_task(_play(client, devices))
            sending = asyncio.create_task(_send(client, devices, heard, mute))
            try:
                await asyncio.wait({playing, sending}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                playing.cancel()
                sending.cancel()
            _check(client)
    finally:
        devices.close()


def _check(client: RealtimeClient) -> None:
    """Raises: why the session is over, if it is."""
    if client.over is not None:
        raise client.over


async def _play(client: RealtimeClient, devices: Devices) -> None:
    async with aclosing(client.events()) as events:
        async for received in events:
            if isinstance(received.message, SpeechStarted):
                devices.silence()
            elif isinstance(received.message, AudioDelta):
                devices.play(received.message.sound())


async def _send(
    client: RealtimeClient, devices: Devices, heard: asyncio.Queue[bytes], mute: bool
) -> None:
    while True:
        pcm = await heard.get()
        await client.send_audio(bytes(len(pcm)) if mute and devices.playing else pcm)


@asynccontextmanager
async def _shown(client: RealtimeClient, console: Console) -> AsyncGenerator[Script, None]:
    """Show what happens in the session while the block runs."""
    script = Script(console, "avatar")

    async def follow() -> None:
        async with aclosing(client.events()) as events:
            async for received in events:
                script.take(received.message)

    task = asyncio.create_task(follow())
    await asyncio.sleep(0)
    try:
        yield script
    finally:
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
