"""``avatar-serving say``: a text or a recording becomes a video of an avatar that says it."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer
from rich.console import Console

from avatar_serving.cli.examples import SAY_EXAMPLES, shown
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.cli.shelf import Which
from avatar_serving.config import Profile, load_profile
from avatar_serving.environment import environment
from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.film.framing import sized
from avatar_serving.film.recording import Recording, read_recording
from avatar_serving.media import EMOTIONS, Manner, Mood
from avatar_serving.safety.consent import Consent
from avatar_serving.stages.tts import find_voice
from avatar_serving.text.languages import language_of
from pipelines.converse import ConverseStages
from pipelines.film_options import (
    Aspect,
    Audio,
    Background,
    BridgeName,
    Consented,
    Footage,
    Fps,
    Height,
    Intensity,
    Language,
    MaybeAvatar,
    MoodName,
    More,
    Output,
    Pitch,
    ProfileName,
    Size,
    Speed,
    Text,
    Voice,
    backdrop,
    content_of_film,
)
from pipelines.film_progress import followed, progress_bar, told_of
from pipelines.filming import Filmed
from pipelines.footage import Bridge, FootageRequest, footage_video
from pipelines.sitter import CONSENTED, Mute, Sitter, check_text, opened, rails_of
from pipelines.talking_video import VideoRequest, VideoStages, talking_video


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
    face: Which = 0,
    bridge: BridgeName = "flow",
    profile: ProfileName = None,
) -> None:
    """Make a video of an avatar that says a text, or what is heard in a sound file."""
    with errors_told():
        chosen = load_profile(profile or environment().profile)
        look = Look(size, aspect, height, background, mood, more or [], face)
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
                content_of_film(source, "footage"), said, manner, output,
                Consent(agreed=consent, statement=CONSENTED), fps,
                longest_s=chosen.limits.video_s, encoder=chosen.encoder, bridge=_bridge(bridge),
            )  # fmt: skip
            filmed = asyncio.run(_said_again(film, chosen, console))
        else:
            width, high = sized(size, aspect, height)
            request = VideoRequest(
                b"", said, manner, output, width, high, fps or 30, backdrop(background),
                longest_s=chosen.limits.video_s, encoder=chosen.encoder,
            )  # fmt: skip
            sitter = Sitter(source, consent, look.more, look.face)
            filmed = asyncio.run(_made(request, sitter, chosen, console))
        told_of(filmed, console)


@dataclass(frozen=True, slots=True)
class Look:
    """What is asked of the looks of an avatar's film; footage has its own."""

    size: str | None
    aspect: str | None
    height: int | None
    background: str
    mood: str
    more: Sequence[Path]
    face: int


def _source(avatar: str | None, footage: Path | None, look: Look) -> str | Path:
    """An avatar, or footage. Raises InvalidRequest: not one of both, or options of the other."""
    if avatar is not None and footage is None:
        return avatar
    if avatar is not None or footage is None:
        raise InvalidRequest("give either --avatar or --footage", "avatar")
    if look != Look(None, None, None, "keep", "neutral", [], 0):
        told = "footage keeps its own size, background and mood: leave out --size, --aspect, "
        raise InvalidRequest(told + "--height, --background, --mood, --more and --face", "footage")
    return footage


async def _said_again(request: FootageRequest, profile: Profile, console: Console) -> Filmed:
    with progress_bar(console) as bar:
        task = bar.add_task("Loading models", total=1.0)
        if isinstance(request.said, str):
            await check_text(request.said, profile.rails, profile)
        stages = ConverseStages(Mute(), profile.tts.build(), profile.animate.build())
        return await followed(footage_video(stages, request), bar, task)


async def _made(
    request: VideoRequest, sitter: Sitter, profile: Profile, console: Console
) -> Filmed:
    with progress_bar(console) as bar:
        task = bar.add_task("Opening the avatar", total=1.0)
        if isinstance(request.said, str):
            own = await asyncio.to_thread(rails_of, sitter.avatar)
            await check_text(request.said, profile.rails.and_also(own), profile)
        content = await opened(sitter, profile)
        bar.update(task, description="Loading models")
        stages = VideoStages(
            ConverseStages(Mute(), profile.tts.build(), profile.animate.build()),
            profile.render.build(),
        )
        video = talking_video(stages, replace(request, package=content))
        return await followed(video, bar, task)


def _voice(name: str, profile: Profile) -> str:
    """Raises NotFound: there is no such voice; says which there are."""
    try:
        return find_voice(profile.tts, name or profile.voice).id
    except NotFound as error:
        known = ", ".join(voice.id for voice in profile.tts.voices())
        raise NotFound(f"{error.kind} among {known} called", error.name) from error


def _bridge(name: str) -> Bridge:
    if name not in ("flow", "rife"):
        raise InvalidRequest(f"bridge {name!r}: flow or rife", "bridge")
    return name


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


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command(epilog=shown(SAY_EXAMPLES))(say)
    app(prog_name="avatar-serving say")
