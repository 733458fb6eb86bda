"""``avatar-serving drive``: an avatar does what a person does in a film."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from avatar_serving.cli.examples import DRIVE_EXAMPLES, shown
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.shelf import Which
from avatar_serving.config import Profile, load_profile
from avatar_serving.environment import environment
from avatar_serving.errors import InvalidRequest
from avatar_serving.film.framing import sized
from avatar_serving.safety.consent import Consent
from pipelines.driven_video import DrivenRequest, SwapRequest, driven_video, swapped_video
from pipelines.film_options import (
    Aspect,
    Avatar,
    Background,
    Consented,
    Fps,
    Height,
    More,
    Output,
    ProfileName,
    Size,
    backdrop,
    content_of_film,
)
from pipelines.film_progress import followed, progress_bar, told_of
from pipelines.filming import Filmed, Shot
from pipelines.sitter import CONSENTED, Sitter, opened

_AGREED = "Stated on the command line: the person in the film agrees to what is made of it."
Film = Annotated[
    Path, typer.Option(help="A film of up to 3 min in which one person is seen from the front.")
]
FilmConsent = Annotated[
    bool, typer.Option("--film-consent", help="The person in the film agrees; always needed.")
]


OntoFilm = Annotated[
    bool,
    typer.Option(
        "--onto-film", help="The film itself, with the avatar's head on its person (head swap)."
    ),
]


def drive(
    avatar: Avatar,
    film: Film,
    output: Output,
    onto_film: OntoFilm = False,
    consent: Consented = False,
    film_consent: FilmConsent = False,
    size: Size = None,
    aspect: Aspect = None,
    height: Height = None,
    fps: Fps = None,
    background: Background = "keep",
    more: More = None,
    face: Which = 0,
    profile: ProfileName = None,
) -> None:
    """Make a video of an avatar that does what the person in a film does, with its sound."""
    with errors_told():
        chosen = load_profile(profile or environment().profile)
        if not output.parent.is_dir():
            raise InvalidRequest(f"{output.parent}: no such folder", "output")
        agreed = Consent(agreed=film_consent, statement=_AGREED)
        sitter = Sitter(avatar, consent, more or [], face)
        console = Console(highlight=False)
        if onto_film:
            if (size, aspect, height, fps, background) != (None, None, None, None, "keep"):
                told = "the film keeps its size, rate and background: leave out --size, --aspect, "
                raise InvalidRequest(told + "--height, --fps and --background", "onto_film")
            own = Consent(agreed=consent, statement=CONSENTED)
            swap = SwapRequest(b"", b"", output, (own, agreed), chosen.encoder)
            swap = replace(swap, film=content_of_film(film, "film"))
            filmed = asyncio.run(_swapped(swap, sitter, chosen, console))
        else:
            width, high = sized(size, aspect, height)
            shot = Shot(b"", output, width, high, fps or 30, backdrop(background), chosen.encoder)
            request = DrivenRequest(content_of_film(film, "film"), shot, agreed)
            filmed = asyncio.run(_driven(request, sitter, chosen, console))
        told_of(filmed, console)


async def _driven(
    request: DrivenRequest, sitter: Sitter, profile: Profile, console: Console
) -> Filmed:
    with progress_bar(console) as bar:
        task = bar.add_task("Opening the avatar", total=1.0)
        content = await opened(sitter, profile)
        video = driven_video(profile.render.build(), request.of(content))
        return await followed(video, bar, task)


async def _swapped(
    request: SwapRequest, sitter: Sitter, profile: Profile, console: Console
) -> Filmed:
    with progress_bar(console) as bar:
        task = bar.add_task("Opening the avatar", total=1.0)
        content = await opened(sitter, profile)
        return await followed(swapped_video(replace(request, package=content)), bar, task)


if __name__ == "__main__":
    app = typer.Typer(add_completion=False)
    app.command(epilog=shown(DRIVE_EXAMPLES))(drive)
    app(prog_name="avatar-serving drive")
