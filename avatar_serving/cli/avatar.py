"""``avatar-serving avatar``: make avatars, look at their packages, take them elsewhere."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from avatar_serving.avatars.manifest import Manifest
from avatar_serving.cli.failing import errors_told
from avatar_serving.cli.shelf import create_avatar, list_avatars
from avatar_serving.errors import InvalidRequest, PackageInvalid
from avatar_serving.safety.consent import Consent
from avatar_serving.safety.names import check_name

app = typer.Typer(help="Avatars of a service, and avatar packages.", no_args_is_help=True)

_CONSENTLESS = "none recorded"


app.command(name="create")(create_avatar)
app.command(name="list")(list_avatars)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(help="An avatar package, a .zip.")],
    json: Annotated[bool, typer.Option("--json", help="Print the manifest as it is.")] = False,
) -> None:
    """Verify a package's hashes and show what it is, its licences, its consent and its files."""
    from avatar_serving.avatars import package  # brings picture and mesh code

    with errors_told():
        manifest = package.inspect(_content(file, package.MAX_PACKAGE_BYTES))
        if json:
            typer.echo(manifest.model_dump_json(by_alias=True, indent=2))
            return
        console = Console(highlight=False)
        console.print(_facts(manifest), _licences(manifest), _files(manifest), sep="\n")
        console.print(f"every hash is right; {decimal(file.stat().st_size)} in all")


@app.command(name="export")
def export_avatar(
    file: Annotated[Path, typer.Argument(help="An avatar package, a .zip.")],
    out: Annotated[Path, typer.Argument(help="The file to write: .glb, .ply, .spz or .zip (LAM).")],
) -> None:
    """Write an avatar in the format of others that the name of the file to write asks for."""
    from avatar_serving.avatars import package
    from avatar_serving.exchange.formats import KINDS, Format, exported

    with errors_told():
        by_suffix: dict[str, Format] = {kind.suffix: wanted for wanted, kind in KINDS.items()}
        if (suffix := out.suffix.lower()) not in by_suffix:
            raise InvalidRequest(f"{out.name} must end in one of {', '.join(by_suffix)}", "out")
        made = exported(_content(file, package.MAX_PACKAGE_BYTES), by_suffix[suffix])
        _write(out, made)
        typer.echo(f"{out}: {decimal(len(made))}")


@app.command(name="import")
def import_avatar(
    file: Annotated[Path, typer.Argument(help="A LAM chat zip, or an avatar package.")],
    out: Annotated[Path, typer.Argument(help="The avatar package to write, a .zip.")],
    name: Annotated[str, typer.Option(help="What the avatar is called.")] = "",
    consent: Annotated[
        str, typer.Option(help="What the person in the picture agreed to, in words.")
    ] = "",
) -> None:
    """Make an avatar package of an avatar from elsewhere."""
    from avatar_serving.avatars import package
    from avatar_serving.exchange.formats import imported

    with errors_told():
        made = imported(_content(file, package.MAX_PACKAGE_BYTES))
        manifest = package.inspect(made)
        agreed = Consent(agreed=True, statement=consent) if consent else manifest.consent
        (agreed or Consent()).check()
        assert agreed is not None
        made = package.with_details(
            made,
            name=check_name(name or manifest.name or file.stem),
            description=manifest.description,
            voice=manifest.voice,
            persona=manifest.persona,
            consent=agreed.model_dump(mode="json"),
        )
        _write(out, made)
        typer.echo(f"{out}: {decimal(len(made))}")


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InvalidRequest(f"{out}: {error.strerror}", "out") from error


def _content(file: Path, limit: int) -> bytes:
    try:
        with file.open("rb") as stream:  # one byte over the limit is enough for a refusal
            return stream.read(limit + 1)
    except OSError as error:
        raise PackageInvalid(f"{file}: {error.strerror}") from error


def _facts(manifest: Manifest) -> Table:
    source, crop, engine = manifest.source, manifest.crop, manifest.engine
    made = manifest.created_at
    rows = {
        "id": manifest.id,
        "name": manifest.name,
        "type": f"{manifest.type}, format version {manifest.version}",
        "made": f"{made:%Y-%m-%d %H:%M:%S %Z}" if made else "",
        "engine": f"{engine.name} {engine.version}",
        "source": f"{source.width} x {source.height} pixels, sha256 {source.sha256}",
        "crop": f"{crop.size} pixels square at {crop.x}, {crop.y}",
        "image": f"{manifest.image_size} pixels square",
        "voice": manifest.voice,
        "persona": manifest.persona,
        "description": manifest.description,
        "consent": _consent(manifest),
    }
    return _table([(key, value) for key, value in rows.items() if value])


def _consent(manifest: Manifest) -> str:
    consent = manifest.consent
    if consent is None:
        return _CONSENTLESS
    answer = "agreed" if consent.agreed else "NOT agreed"
    return f"{answer} at {consent.at:%Y-%m-%d %H:%M:%S %Z}: {consent.statement}"


def _licences(manifest: Manifest) -> Table:
    rows = [(entry.part, entry.licence, entry.licence_class) for entry in manifest.licences]
    return _table(rows, "part", "licence", "class")


def _files(manifest: Manifest) -> Table:
    rows = [(name, decimal(file.size), file.sha256) for name, file in manifest.files.items()]
    return _table(rows, "file", "size", "sha256")


def _table(rows: list[tuple[str, ...]], *titles: str) -> Table:
    """Text from a package is shown as it is: none of it is markup."""
    table = Table(*titles, box=None, show_header=bool(titles), padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(Text(_printable(cell)) for cell in row))
    return table


def _printable(text: str) -> str:
    """Without the control characters that could act on a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
