"""Small avatar packages, sound but not drawable."""

from datetime import UTC, datetime

from avatar_serving.avatars import package
from avatar_serving.avatars.manifest import (
    CropEntry,
    EngineEntry,
    LicenceEntry,
    Manifest,
    SourceEntry,
)
from avatar_serving.media import CHANNELS
from avatar_serving.safety.consent import Consent


def small_package(
    name: str = "Ada", *, classes: tuple[str, ...] = ("commercial",), thumbnail: bytes = b"thumb"
) -> bytes:
    manifest = Manifest(
        id="0" * 32,
        name=name,
        image_size=64,
        source=SourceEntry(sha256="0" * 64, width=64, height=64),
        crop=CropEntry(x=0, y=0, size=64),
        consent=Consent(
            agreed=True, statement="This is me.", at=datetime(2026, 11, 1, 12, tzinfo=UTC)
        ),
        licences=tuple(
            LicenceEntry.model_validate({"part": f"p{i}", "licence": "Apache-2.0", "class": kind})
            for i, kind in enumerate(classes)
        ),
        engine=EngineEntry(name="portrait", version="1"),
        description="A woman.",
        voice="af_heart",
        persona=f"I am {name}, and this is my secret.",
        rest_weights=(0.0,) * len(CHANNELS),
        files={},
    )
    files = {"avatar.glb": b"glb", "background.webp": b"back", "thumbnail.webp": thumbnail}
    return package.write(manifest, files)
