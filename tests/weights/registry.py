"""A package registry in a folder, and programs that download from it as pip and npm do."""

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.lock import FileWeight, FolderFile, FolderWeight, Part, Parts


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tgz_bytes(members: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@dataclass
class FakeRegistry:
    """Runs the commands that ``Packages`` gives, and remembers what was asked for."""

    archives: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """By requirement, as pip and npm spell it."""
    asked: list[str] = field(default_factory=list[str])
    broken: set[str] = field(default_factory=set[str])
    """Requirements whose download fails."""

    def wheel(self, requirement: str, members: Mapping[str, bytes]) -> None:
        self.archives[requirement] = zip_bytes(members)

    def tarball(self, requirement: str, members: Mapping[str, bytes]) -> None:
        self.archives[requirement] = tgz_bytes(members)

    def __call__(self, command: list[str], on_line: Callable[[str], None], /) -> None:
        requirement = command[-1]
        self.asked.append(requirement)
        if requirement not in self.archives or requirement in self.broken:
            raise SourceFailed(f"no matching distribution for {requirement}")
        archive = self.archives[requirement]
        on_line(f"Progress {len(archive) // 2} of {len(archive)}\n")
        suffix = "tgz" if command[0] == "npm" else "whl"
        name = requirement.replace("/", "-").replace("@", "-").replace("==", "-")
        self._folder(command).joinpath(f"{name}.{suffix}").write_bytes(archive)
        on_line(f"Progress {len(archive)} of {len(archive)}\n")

    @staticmethod
    def _folder(command: list[str]) -> Path:
        options = (word.split("=", 1) for word in command if word.startswith("--"))
        return Path(next(o[1] for o in options if o[0] in ("--dest", "--pack-destination")))


@dataclass
class Seen:
    """Progress as a pull told it."""

    advanced: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    finished: list[tuple[str, bool]] = field(default_factory=list[tuple[str, bool]])
    waits: int = 0

    def waiting(self) -> None:
        self.waits += 1

    def advance(self, name: str, done: int) -> None:
        self.advanced.append((name, done))

    def finish(self, name: str, *, fetched: bool) -> None:
        self.finished.append((name, fetched))


def file_weight(
    name: str, content: bytes, *sources: str | Parts, licence_class: str = "commercial"
) -> FileWeight:
    return FileWeight.model_validate(
        {
            "name": name,
            "kind": "file",
            "licence": "MIT",
            "licence_class": licence_class,
            "origin": "a test",
            "sha256": sha(content),
            "size": len(content),
            "sources": sources,
        }
    )


def folder_weight(name: str, source: str, files: Mapping[str, bytes]) -> FolderWeight:
    return FolderWeight(
        name=name,
        kind="folder",
        licence="MIT",
        licence_class="commercial",
        origin="a test",
        sources=(source,),
        files=tuple(FolderFile(path=p, sha256=sha(c), size=len(c)) for p, c in files.items()),
    )


def pieces(*named: tuple[str, bytes]) -> Parts:
    return Parts(parts=tuple(Part(uri=u, sha256=sha(c), size=len(c)) for u, c in named))
