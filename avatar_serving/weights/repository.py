"""Pins for the files of a hub's repository, made when it is first pulled and kept in the cache.

What came first is what it must be from then on: a file that changes at the hub is refused.
"""

import hashlib
from fnmatch import fnmatch
from pathlib import Path

from pydantic import ValidationError

from avatar_serving.weights.failures import SourceFailed
from avatar_serving.weights.hub import Hub, HubListing, ListedFile
from avatar_serving.weights.lock import FolderFile, FolderWeight, RepositoryWeight
from avatar_serving.weights.uris import HubFile
from avatar_serving.whole_files import write_whole


class PinnedRepositories:
    """The records of one cache."""

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "pinned"

    def get(self, weight: RepositoryWeight) -> FolderWeight | None:
        """The pins of an earlier pull of the same revision and files."""
        try:
            return FolderWeight.model_validate_json(self._record(weight).read_text())
        except (OSError, ValidationError):
            return None

    def pin(self, weight: RepositoryWeight, hub: Hub) -> FolderWeight:
        """Ask the hub what the repository holds, and keep that.

        Raises:
            SourceFailed: no hub there, no such repository, or none of its files is wanted.
        """
        listing = hub.listing(weight.repository, weight.revision)
        wanted = [f for f in listing.files if any(fnmatch(f.path, p) for p in weight.files)]
        if not wanted:
            raise SourceFailed(f"{weight.repository} has none of: {', '.join(weight.files)}")
        pinned = FolderWeight(
            kind="folder",
            name=weight.name,
            licence=weight.licence,
            licence_class=weight.licence_class,
            origin=weight.origin,
            sources=(f"hf://{weight.repository}/{{path}}@{listing.commit}",),
            files=tuple(_pinned(file, weight.repository, listing, hub) for file in wanted),
        )
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._record(weight), pinned.model_dump_json(indent=1))
        return pinned

    def _record(self, weight: RepositoryWeight) -> Path:
        meant = f"{weight.repository}@{weight.revision} {' '.join(weight.files)}"
        mark = hashlib.sha256(meant.encode()).hexdigest()[:12]
        return self._folder / f"{weight.name}-{mark}.json"


def _pinned(file: ListedFile, repository: str, listing: HubListing, hub: Hub) -> FolderFile:
    """Of large files the hub tells the sha256; a small one is read, and checked by its git hash."""
    if file.sha256 is not None:
        return FolderFile(path=file.path, sha256=file.sha256, size=file.size)
    content = hub.read(HubFile(repository, file.path, listing.commit), file.size)
    if _git_hash(content) != file.git_hash:
        raise SourceFailed(f"{repository}/{file.path} is not what the hub's list says")
    sha256 = hashlib.sha256(content).hexdigest()
    return FolderFile(path=file.path, sha256=sha256, size=len(content))


def _git_hash(content: bytes) -> str:
    """What git calls a blob; its hash is SHA-1."""
    head = f"blob {len(content)}\0".encode()
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
