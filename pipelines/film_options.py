"""Options of the commands that film an avatar."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_serving import images
from avatar_serving.cli.files import content_of
from avatar_serving.errors import FootageRejected
from avatar_serving.film.backdrop import Backdrop, backdrop_of
from avatar_serving.footage.reading import LARGEST_BYTES
from avatar_serving.media import EMOTIONS

_AVATAR = typer.Option(help="An id of the store, an avatar package (.zip), or a portrait picture.")
Avatar = Annotated[str, _AVATAR]
MaybeAvatar = Annotated[str | None, _AVATAR]
Footage = Annotated[
    Path | None,
    typer.Option(help="Instead: a film of 8 s to 3 min in which one person speaks to the camera."),
]
BridgeName = Annotated[
    str, typer.Option("--bridge", help="What bridges leaps of the footage: flow, or rife (slower).")
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


def backdrop(background: str) -> Backdrop:
    """As the command line names it, a picture file too."""
    path = Path(background)
    if path.is_file():
        return backdrop_of("image", images.decode(content_of(path)))
    return backdrop_of(background)


def content_of_film(film: Path, param: str) -> bytes:
    """*param* is the option that names it.

    Raises:
        FootageRejected: larger than is read.
        InvalidRequest: it cannot be read.
    """
    if film.is_file() and film.stat().st_size > LARGEST_BYTES:
        raise FootageRejected("size", f"{film} is over {LARGEST_BYTES / 1e9:g} GB; cut it")
    return content_of(film, param)
