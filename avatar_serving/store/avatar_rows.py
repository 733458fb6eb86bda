"""Avatars as the store's table has them, as the list shows them, and what of them can change."""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any

from avatar_serving.avatars.manifest import Manifest
from avatar_serving.store.tables import AvatarTable
from avatar_serving.store.times import iso, kept

_WORST_FIRST = ("non-commercial", "unknown", "commercial")


@dataclass(frozen=True, slots=True)
class AvatarRow:
    """An avatar as the list shows it. Times are ISO 8601 in UTC."""

    id: str
    name: str
    created_at: str
    description: str
    voice: str
    persona: str
    engine: str
    size: int
    """Bytes of its package."""
    licences: tuple[str, ...]
    licence_class: str
    """The strictest of its parts: commercial, unknown or non-commercial."""
    consented_at: str | None
    """When the person in the picture agreed; their words are in the package."""
    template: str = ""
    """Id of the persona that it was made from."""
    greeting: str = ""
    """What it says first, to clients that want to be greeted."""
    rails: dict[str, Any] = field(default_factory=dict[str, Any])
    """Guard rails of its own."""
    speed: float = 1.0
    pitch: float = 0.0
    """Semitones above its voice's own."""
    owner: str = ""
    """Whose keys may see it; empty: everybody's."""

    def public(self) -> dict[str, Any]:
        """As JSON, without whose it is."""
        shown = {"object": "avatar", **asdict(self), "licences": list(self.licences)}
        del shown["owner"]
        return shown


@dataclass(frozen=True, slots=True)
class Character:
    """What of an avatar can be changed; None stays as it is. The package keeps what it was made
    with."""

    name: str | None = None
    voice: str | None = None
    persona: str | None = None
    template: str | None = None
    greeting: str | None = None
    rails: dict[str, Any] | None = None
    speed: float | None = None
    pitch: float | None = None


def new_row(avatar_id: str, manifest: Manifest, size: int, now: datetime) -> AvatarTable:
    """Of an avatar as its package describes it; *size*: of the package, in bytes."""
    classes = {part.licence_class for part in manifest.licences}
    consent = manifest.consent
    return AvatarTable(
        id=avatar_id,
        name=manifest.name,
        created_at=kept(now),
        description=manifest.description,
        voice=manifest.voice,
        persona=manifest.persona,
        engine=manifest.engine.name,
        size=size,
        licences=sorted({part.licence for part in manifest.licences}),
        licence_class=next((kind for kind in _WORST_FIRST if kind in classes), "unknown"),
        template="",
        greeting="",
        rails={},
        speed=1.0,
        pitch=0.0,
        owner="",
        consented_at=kept(consent.at) if consent is not None and consent.agreed else None,
    )


def change(row: AvatarTable, character: Character) -> None:
    """Put into *row* what *character* says; what that leaves open stays."""
    for option in fields(character):
        if (value := getattr(character, option.name)) is not None:
            setattr(row, option.name, value)


def shown(found: AvatarTable) -> AvatarRow:
    """A row of the table, as the list shows it."""
    return AvatarRow(
        id=found.id,
        name=found.name,
        created_at=iso(found.created_at),
        description=found.description,
        voice=found.voice,
        persona=found.persona,
        engine=found.engine,
        size=found.size,
        licences=tuple(found.licences),
        licence_class=found.licence_class,
        consented_at=None if found.consented_at is None else iso(found.consented_at),
        template=found.template,
        greeting=found.greeting,
        rails=dict(found.rails),
        speed=found.speed,
        pitch=found.pitch,
        owner=found.owner,
    )
