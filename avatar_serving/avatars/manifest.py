"""manifest.json of an avatar package: what it is, where it came from, what it may be used for."""

import hashlib
from datetime import datetime
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from avatar_serving.media import CHANNELS
from avatar_serving.safety.consent import Consent

SCHEMA = "avatar-serving/package"
VERSION = 1


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FileEntry(_Entry):
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    """Bytes."""


class SourceEntry(_Entry):
    """The picture that the avatar was made of."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of its decoded pixels."""
    width: int = Field(gt=0)
    height: int = Field(gt=0)


class CropEntry(_Entry):
    """The square of the source that became the image square, in pixels."""

    x: int
    y: int
    size: int = Field(gt=0)


class LicenceEntry(_Entry):
    part: str
    licence: str
    """SPDX."""
    licence_class: Literal["commercial", "non-commercial", "unknown"] = Field(alias="class")


class EngineEntry(_Entry):
    name: str
    version: str


class Manifest(_Entry):
    """*created_at* and *consent* are absent until ``package.with_details`` names the avatar."""

    schema_name: Literal["avatar-serving/package"] = Field(default=SCHEMA, alias="schema")
    version: Literal[1, 2] = VERSION
    """2: of splats that are bound to triangles unfolded (`gaussian`)."""
    type: Literal["portrait", "gaussian"] = "portrait"
    id: str = Field(pattern=r"^[0-9a-f]{32}$")
    name: str = Field(default="", max_length=200)
    created_at: datetime | None = None
    image_size: int = Field(ge=16, le=4096)
    """Side of the image square, in pixels."""
    source: SourceEntry
    crop: CropEntry
    consent: Consent | None = None
    licences: tuple[LicenceEntry, ...] = ()
    engine: EngineEntry
    description: str = Field(default="", max_length=4000)
    voice: str = Field(default="", max_length=200)
    persona: str = Field(default="", max_length=20_000)
    rest_weights: tuple[float, ...]
    files: dict[str, FileEntry]

    @field_validator("rest_weights")
    @classmethod
    def _one_for_each_channel(cls, weights: tuple[float, ...]) -> tuple[float, ...]:
        if len(weights) != len(CHANNELS) or not all(abs(w) <= 180 for w in weights):
            raise ValueError(f"rest_weights must be {len(CHANNELS)} finite numbers")
        return weights

    @model_validator(mode="after")
    def _of_splats(self) -> Self:
        if self.version > VERSION and self.type != "gaussian":
            raise ValueError(f"version {self.version} is that of splats only")
        return self


def source_entry(picture: NDArray[np.uint8]) -> SourceEntry:
    """Of a decoded picture (height, width, 3)."""
    digest = hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()
    return SourceEntry(sha256=digest, width=picture.shape[1], height=picture.shape[0])


def file_entry(content: bytes) -> FileEntry:
    return FileEntry(sha256=hashlib.sha256(content).hexdigest(), size=len(content))


def package_id(files: dict[str, FileEntry]) -> str:
    """The first 32 hex digits of the sha256 over the files' sha256 (in hex), in order."""
    return hashlib.sha256("".join(f.sha256 for f in files.values()).encode()).hexdigest()[:32]
