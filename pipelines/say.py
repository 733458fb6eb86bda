"""``avatar-serving say``: a text or a recording becomes a video of an avatar that says it."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from avatar_serving import images
from avatar_serving.cli.examples import SAY_EXAMPLES, shown
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.config import Profile, load_profile
from avatar_serving.environment import environment
from avatar_serving.errors import FootageRejected, InvalidRequest, NotFound, StageFailed
from avatar_serving.film.backdrop import Backdrop, backdrop_of
from avatar_serving.film.framing import sized
from avatar_serving.film.recording import Recording, read_recording
from avatar_serving.flow import last
from avatar_serving.footage.reading import LARGEST_BYTES
from avatar_serving.media import EMOTIONS, ChatDelta, ChatRequest, Manner, Mood, ReconstructRequest
from avatar_serving.media import Progress as Step
from avatar_serving.rails import Guard, Rails
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.animate import StillConfig
from avatar_serving.stages.base import Llm
from avatar_serving.stages.reconstruct import most_pictures
from avatar_serving.stages.tts import find_voice
from avatar_serving.store.opened import opened_store, stored_package
from avatar_serving.text.languages import language_of
from pipelines.converse import ConverseStages
from pipelines.create_avatar import accept
from pipelines.footage import FootageRequest, footage_video
from pipelines.talking_video import Filmed, VideoRequest, VideoStages, talking_video

_CONSENT = "Stated on the command line: the person in the picture agrees to this avatar."

_AVATAR = typer.Option(help="An id of the store, an avatar package (.zip), or a portrait picture.")
Avatar = Annotated[str, _AVATAR]
MaybeAvatar = Annotated[str | None, _AVATAR]
Footage = Annotated[
    Path | None,
    typer.Option(help="Instead: a film of 8 s to 3 min in which one person speaks to the camera."),
]
Text = Annotated[str | None, typer.Option(help="What is said.")]
Audio = Annotated[
    Path | None, typer.Option(help="A sound file that is said instead: WAV, MP3, M4A, FLAC, Ogg.")
]
Output = Annotated[Path, typer.Option("-o", "--output", help="A .mp4, .webm or .mov file.")]
Voice = Annotated[str, typer.Option(help="A voice; the profile's default unless given.")]
Language = Annotated[str, typer.Option(help="en or zh; that of the text unless given.")]
Speed = Annotated[float, typer.Option(min=0.5, max=2.0, help="Of speech.")]
Pitch = Annotated[float, typer.Option(min=-6, max=6, help="Semitones above the voice's own.")]
Size = Annotated[str | None, typer.Option(help="Width x height in pixels, such as 720x1280.")]
Aspect = Annotated[str | None, typer.Option(help="Such as 9:16, with --height; 1:1 unless given.")]
Height = Annotated[int | None, typer.Option(help="Pixels; 512 unless given.")]
Fps = Annotated[
    int | None,
    typer.Option(help="Frames a second: 24, 25, 30, 50 or 60. 30, or that of the footage."),
]
Background = Annotated[
    str, typer.Option(help="keep, transparent (.webm, .mov), a colour #rrggbb, or a picture file.")
]
MoodName = Annotated[str, typer.Option("--mood", help=", ".join(EMOTIONS))]
Intensity = Annotated[float, typer.Option(min=0, max=1, help="How much of the mood is shown.")]
Consented = Annotated[
    bool,
    typer.Option("--consent", help="The person in the portrait, or the film, agrees; needed then."),
]
More = Annotated[
    list[Path] | None,
    typer.Option(help="Another picture of the person; again for each. Needs the engine uika."),
]
ProfileName = Annotated[str | None, typer.Option("--profile", help="PROFILE; cpu unless set.")]


def say(
    output: Output,
    avatar: MaybeAvatar = None,
    footage: Footage = None,
    text: Text = None,
    audio: Audio = None,
    voice: Voice = "",
    language: Language = "",
    speed: Speed = 1.0,
    pitch: Pitch = 0.0,
    size: Size = None,
    aspect: Aspect = None,
    height: Height = None,
    fps: Fps = None,
    background: Background = "keep",
    mood: MoodName = "neutral",
    intensity: Intensity = 0.7,
    consent: Consented = False,
    more: More = None,
    profile: ProfileName = None,
) -> None:
    """Make a video of an avatar that says a text, or what is heard in a sound file."""
    with errors_told():
        chosen = load_profile(profile or environment().profile)
        look = Look(size, aspect, height, background, mood, more or [])
        source = _source(avatar, footage, look)
        manner = Manner(
            _voice(voice, chosen),
            language or language_of(text or ""),
            speed,
            pitch,
            zlib.crc32(str(source).encode()),
            mood=_mood(mood, intensity),
        )
        said = _said(text, audio, chosen)
        if not output.parent.is_dir():
            raise InvalidRequest(f"{output.parent}: no such folder", "output")
        console = Console(highlight=False)
        if isinstance(source, Path):
            film = FootageRequest(
                _content_of_film(source), said, manner, output,
                Consent(agreed=consent, statement=_CONSENT), fps,
                longest_s=chosen.limits.video_s, encoder=chosen.encoder,
            )  # fmt: skip
            filmed = asyncio.run(_said_again(film, chosen, console))
        else:
            width, high = sized(size, aspect, height)
            request = VideoRequest(
                b"", said, manner, output, width, high, fps or 30, backdrop(background),
                longest_s=chosen.limits.video_s, encoder=chosen.encoder,
            )  # fmt: skip
            sitter = Sitter(source, consent, look.more)
            filmed = asyncio.run(_made(request, sitter, chosen, console))
        console.print(
            f"{filmed.path}: {filmed.seconds:.1f} s in {filmed.work_s:.1f} s, "
            f"{filmed.speed:.2f} times real time",
            soft_wrap=True,
        )


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who is filmed."""

    avatar: str
    """An id, a package or a picture."""
    consent: bool
    more: Sequence[Path]
    """Further pictures."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked of the looks of an avatar's film; footage has its own."""

    size: str | None
    aspect: str | None
    height: int | None
    background: str
    mood: str
    more: Sequence[Path]


def _source(avatar: str | None, footage: Path | None, look: Look) -> str | Path:
    """An avatar, or footage. Raises InvalidRequest: not one of both, or options of the other."""
    if avatar is not None and footage is None:
        return avatar
    if avatar is not None or footage is None:
        raise InvalidRequest("give either --avatar or --footage", "avatar")
    if look != Look(None, None, None, "keep", "neutral", []):
        told = "footage keeps its own size, background and mood: leave out --size, --aspect, "
        raise InvalidRequest(told + "--height, --background, --mood and --more", "footage")
    return footage


def _content_of_film(film: Path) -> bytes:
    """Raises FootageRejected: larger than is read."""
    if film.is_file() and film.stat().st_size > LARGEST_BYTES:
        raise FootageRejected("size", f"{film} is over {LARGEST_BYTES / 1e9:g} GB; cut it")
    return content_of(film, "footage")


def _bar(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    return Progress(*columns, console=console, transient=True)


async def _said_again(request: FootageRequest, profile: Profile, console: Console) -> Filmed:
    with _bar(console) as bar:
        task = bar.add_task("Loading models", total=1.0)
        if isinstance(request.said, str):
            await Guard(profile.rails, _judge(profile.rails, profile)).check_script(request.said)
        stages = ConverseStages(_Mute(), profile.tts.build(), StillConfig().build())
        return await _followed(footage_video(stages, request), bar, task)


async def _made(
    request: VideoRequest, sitter: Sitter, profile: Profile, console: Console
) -> Filmed:
    with _bar(console) as bar:
        task = bar.add_task("Opening the avatar", total=1.0)
        if isinstance(request.said, str):
            await _check_text(request.said, sitter.avatar, profile)
        content = await opened(sitter, profile)
        bar.update(task, description="Loading models")
        stages = VideoStages(
            ConverseStages(_Mute(), profile.tts.build(), profile.animate.build()),
            profile.render.build(),
        )
        video = talking_video(stages, replace(request, package=content))
        return await _followed(video, bar, task)


async def _followed(
    video: AsyncGenerator[Step | Filmed, None], bar: Progress, task: TaskID
) -> Filmed:
    """Show the steps of a *video* on *bar*; gives what it ends with."""
    async with aclosing(video) as steps:
        async for step in steps:
            if isinstance(step, Filmed):
                return step
            bar.update(task, completed=step.fraction, description=step.message)
    raise AssertionError("a video ends with its file")


class _Mute:
    """No language model is asked for what is said."""

    async def run(self, _: ChatRequest, /) -> AsyncGenerator[ChatDelta, None]:
        raise StageFailed("llm", "a talking video has none")
        yield


async def _check_text(text: str, avatar: str, profile: Profile) -> None:
    """Raises TextRefused: the profile's guard rails, or the avatar's own, refuse it."""
    rails = profile.rails.and_also(await asyncio.to_thread(rails_of, avatar))
    await Guard(rails, _judge(rails, profile)).check_script(text)


def _judge(rails: Rails, profile: Profile) -> Llm:
    return profile.llm.build() if rails.judge and rails.topics else _Mute()


def rails_of(avatar: str) -> Rails:
    """Those of an avatar of the store; a file has none."""
    path = Path(avatar)
    if path.suffix.lower() == ".zip" or path.is_file():
        return Rails()
    with opened_store() as store:
        return Rails.model_validate(store.avatar(avatar).rails)


def _voice(name: str, profile: Profile) -> str:
    """Raises NotFound: there is no such voice; says which there are."""
    try:
        return find_voice(profile.tts, name or profile.voice).id
    except NotFound as error:
        known = ", ".join(voice.id for voice in profile.tts.voices())
        raise NotFound(f"{error.kind} among {known} called", error.name) from error


def _mood(name: str, intensity: float) -> Mood:
    for emotion in EMOTIONS:
        if emotion == name:
            return Mood(emotion, 0.0 if emotion == "neutral" else intensity)
    raise InvalidRequest(f"mood {name!r}: one of {', '.join(EMOTIONS)}", "mood")


def _said(text: str | None, audio: Path | None, profile: Profile) -> str | Recording:
    if (text is None) == (audio is None):
        raise InvalidRequest("give either --text or --audio", "text")
    if audio is not None:
        return read_recording(content_of(audio), profile.limits.video_s)
    assert text is not None
    return text


def backdrop(background: str) -> Backdrop:
    """As the command line names it, a picture file too."""
    path = Path(background)
    if path.is_file():
        return backdrop_of("image", images.decode(content_of(path)))
    return backdrop_of(background)


async def opened(sitter: Sitter, profile: Profile) -> bytes:
    """An avatar package: a file, made of a portrait, or of the store."""
    avatar = Path(sitter.avatar)
    if avatar.suffix.lower() == ".zip":
        return content_of(avatar)
    if await asyncio.to_thread(avatar.is_file):
        Consent(agreed=sitter.consent, statement=_CONSENT).check()
        return await _created([content_of(path) for path in (avatar, *sitter.more)], profile)
    return await asyncio.to_thread(stored_package, str(avatar))


async def _created(pictures: Sequence[bytes], profile: Profile) -> bytes:
    """An avatar of one person, for this film alone."""
    if len(pictures) > (most := most_pictures(profile.reconstruct)):
        raise InvalidRequest(f"{len(pictures)} pictures: the engine looks at {most}", "more")
    image, *more = [images.decode(picture) for picture in pictures]
    review = profile.review.build()
    for each in (image, *more):
        accept(await last(review.run(each)))
    request = ReconstructRequest(image, more=tuple(more))
    made = await last(profile.reconstruct.build().run(request))
    if not isinstance(made, bytes):
        raise StageFailed("reconstruct", "ended without an avatar")
    return made


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command(epilog=shown(SAY_EXAMPLES))(say)
    app(prog_name="avatar-serving say")
