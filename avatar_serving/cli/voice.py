"""``avatar-serving voice``: recordings of people whose voices may be spoken with."""

from pathlib import Path
from typing import Annotated

import typer

from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.files import content_of
from avatar_serving.errors import InvalidRequest
from avatar_serving.safety.consent import Consent

app = typer.Typer(help="Voices of people, kept with their consent.", no_args_is_help=True)

_GENDERS = ("female", "male", "none")
_LANGUAGES = ("en", "zh")
Home = Annotated[Path, typer.Option(help="Folder of voices: `cloned` of the engine cosyvoice.")]


@app.command()
def record(
    file: Annotated[Path, typer.Argument(help="1 to 30 s; 5 to 10 are best.", exists=True)],
    id_: Annotated[str, typer.Option("--id", help="Small letters, digits and _.")],
    name: Annotated[str, typer.Option(help="As shown to people.")],
    said: Annotated[str, typer.Option(help="Word for word what is said in it.")],
    consent: Annotated[str, typer.Option(help="What the person agreed to, in words.")],
    language: Annotated[str, typer.Option(help="What is spoken: en, zh.")] = "en",
    gender: Annotated[str, typer.Option(help="female, male, none.")] = "none",
    home: Home = Path("voices"),
) -> None:  # fmt: skip
    """Keep a person's voice, and that they agreed."""
    from avatar_serving.stages.tts.cloned import RecordedVoice, record_voice  # brings all engines

    with errors_told():
        if gender not in _GENDERS or language not in _LANGUAGES:
            raise InvalidRequest(f"one of {', '.join((*_GENDERS, *_LANGUAGES))}", "voice")
        about = RecordedVoice(
            name=name, language=language, gender=gender, transcript=said,
            consent=Consent(agreed=True, statement=consent),
        )  # fmt: skip
        kept = record_voice(home, id_, about, content_of(file))
        typer.echo(f"{kept.folder}: {kept.voice.name} may be spoken with")


@app.command("list")
def list_voices(home: Home = Path("voices")) -> None:
    """Show what was recorded, each with its owner's consent."""
    from avatar_serving.stages.tts.cloned import cloned_voices

    with errors_told():
        for cloned in cloned_voices(str(home)):
            voice = cloned.voice
            typer.echo(f"{voice.id}  {voice.name}  {voice.language}  {voice.gender}")
