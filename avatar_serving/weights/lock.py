"""The lock file: every weight by name, what it is, whose, and where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from avatar_serving.errors import InvalidRequest, NotFound

LOCK_FILE = Path(__file__).with_name("weights.lock.yaml")

LicenceClass = Literal["commercial", "non-commercial", "unknown"]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]*$")]


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or ".." in parts:
        raise ValueError(f"{path!r} leads out of its folder")
    return path


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(Strict):
    """A piece of a file as one source gives it."""

    uri: str
    sha256: Sha256
    size: int = Field(ge=0)
    """Bytes."""


class Parts(Strict):
    """A source that gives a file in pieces, to be joined in order."""

    parts: tuple[Part, ...] = Field(min_length=1)


Source = str | Parts


@dataclass(frozen=True, slots=True)
class Pin:
    """One file: what it must be, and every way to get it, best first."""

    path: str
    """Inside its folder; empty when the weight is this one file."""
    sha256: str
    size: int
    sources: tuple[tuple[Part, ...], ...]


class FolderFile(Strict):
    path: Annotated[str, AfterValidator(_inside)]
    sha256: Sha256
    size: int = Field(ge=0)
    sources: tuple[Source, ...] = ()
    """Empty: the folder's sources, with ``{path}`` filled in."""


class _Entry(Strict):
    name: Name
    licence: str
    """An SPDX expression, of the original where the package that carries it states none."""
    licence_class: LicenceClass
    origin: str
    """Who made it, and through whose hands it came."""


class FileWeight(_Entry):
    kind: Literal["file"]
    sha256: Sha256
    size: int = Field(ge=0)
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def pins(self) -> tuple[Pin, ...]:
        return (_pin("", self.sha256, self.size, self.sources),)


class FolderWeight(_Entry):
    kind: Literal["folder"]
    sources: tuple[str, ...] = ()
    files: tuple[FolderFile, ...] = Field(min_length=1)

    @property
    def pins(self) -> tuple[Pin, ...]:
        return tuple(self._file_pin(file) for file in self.files)

    def _file_pin(self, file: FolderFile) -> Pin:
        sources = file.sources or tuple(s.replace("{path}", file.path) for s in self.sources)
        return _pin(file.path, file.sha256, file.size, sources)


class RepositoryWeight(_Entry):
    """A repository of a hub. Its files have no pins yet: they get them when it is first pulled."""

    kind: Literal["repository"]
    repository: Annotated[str, StringConstraints(pattern=r"^[\w.-]+/[\w.-]+$")]
    revision: str = "main"
    """A commit, a tag or a branch; the pins are of the commit that it is at the first pull."""
    files: tuple[str, ...] = Field(default=("*",), min_length=1)
    """Patterns of the files that are wanted."""
    size: int = Field(ge=0)
    """About how many bytes they are."""

    @property
    def pins(self) -> tuple[Pin, ...]:
        return ()


Weight = Annotated[FileWeight | FolderWeight | RepositoryWeight, Field(discriminator="kind")]


class Lock(Strict):
    version: Literal[1]
    weights: tuple[Weight, ...]

    def get(self, name: str) -> Weight:
        """Raises NotFound: no such weight."""
        for weight in self.weights:
            if weight.name == name:
                return weight
        raise NotFound("weight", name)

    def select(self, names: Iterable[str]) -> tuple[Weight, ...]:
        """In the order of *names*. Raises NotFound: no such weight."""
        return tuple(self.get(name) for name in names)


def total_size(weight: Weight) -> int:
    """Bytes of all its files."""
    if isinstance(weight, RepositoryWeight):
        return weight.size
    return sum(pin.size for pin in weight.pins)


@cache
def read_lock(path: Path = LOCK_FILE) -> Lock:
    """Raises InvalidRequest: no such file, or something in it is wrong; says what."""
    try:
        return Lock.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidRequest(f"weights lock file {path}: {error}", "weights") from error


def _pin(path: str, sha256: str, size: int, sources: Iterable[Source]) -> Pin:
    return Pin(path, sha256, size, tuple(_parts(s, sha256, size) for s in sources))


def _parts(source: Source, sha256: str, size: int) -> tuple[Part, ...]:
    if isinstance(source, Parts):
        return source.parts
    return (Part(uri=source, sha256=sha256, size=size),)
