"""Where states and files of jobs are: in a folder, or where all gateways reach them."""

import contextlib
import shutil
from pathlib import Path
from typing import Protocol

from avatar_serving.store.jobs import SharedJobs
from avatar_serving.whole_files import write_whole

_STATE = "state.json"


class Shelf(Protocol):
    """States are JSON, ids are checked by the caller."""

    def file(self, job: str, name: str) -> Path:
        """Where a file of a job is on this machine, or is to be written."""
        ...

    def add(self, job: str, state: str) -> None: ...

    def replace(self, job: str, state: str) -> bool:
        """False: the job was deleted."""
        ...

    def get(self, job: str) -> tuple[str, float] | None:
        """The state, and the Unix time when it was last written or touched."""
        ...

    def ids(self) -> set[str]: ...

    def touch(self, job: str) -> bool:
        """False: the job was deleted."""
        ...

    def delete(self, job: str) -> None: ...

    def keep(self, job: str, name: str) -> None:
        """A file is whole: show it to the other gateways."""
        ...

    def fetch(self, job: str, name: str) -> Path | None:
        """A file that was kept, on this machine. None: it was deleted."""
        ...


class FolderShelf:
    """A job is ``<folder>/<id>/`` with ``state.json`` and what the work made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, job: str, name: str) -> Path:
        return self._folder / job / name

    def add(self, job: str, state: str) -> None:
        self.file(job, _STATE).parent.mkdir(parents=True)
        self._put(job, state)

    def replace(self, job: str, state: str) -> bool:
        if not self.file(job, _STATE).exists():
            return False
        self._put(job, state)
        return True

    def get(self, job: str) -> tuple[str, float] | None:
        path = self.file(job, _STATE)
        try:
            return path.read_text(), path.stat().st_mtime
        except FileNotFoundError:
            return None

    def ids(self) -> set[str]:
        return {path.name for path in self._folder.glob("*")}

    def touch(self, job: str) -> bool:
        path = self.file(job, _STATE)
        if not path.exists():
            return False
        path.touch()
        return True

    def delete(self, job: str) -> None:
        shutil.rmtree(self.file(job, _STATE).parent, ignore_errors=True)

    def keep(self, job: str, name: str) -> None:
        """It is there already."""

    def fetch(self, job: str, name: str) -> Path | None:
        path = self.file(job, name)
        return path if path.exists() else None

    def _put(self, job: str, state: str) -> None:
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            write_whole(self.file(job, _STATE), state)


def shelf(folder: Path, shared: SharedJobs | None) -> Shelf:
    """*shared*: where other gateways find the jobs; else those of the same *folder* do."""
    return FolderShelf(folder) if shared is None else SharedShelf(shared, folder)


class SharedShelf:
    """States and finished files are shared; *folder* has what is being made here, and copies of
    what was asked for here."""

    def __init__(self, shared: SharedJobs, folder: Path) -> None:
        self._shared = shared
        self._folder = folder
        self.replace, self.get, self.touch = shared.replace, shared.get, shared.touch

    def file(self, job: str, name: str) -> Path:
        return self._folder / job / name

    def add(self, job: str, state: str) -> None:
        self._shared.add(job, state)
        (self._folder / job).mkdir(parents=True)

    def ids(self) -> set[str]:
        """Copies of jobs that another gateway deleted go, too."""
        here = {path.name for path in self._folder.glob("*")}
        known = self._shared.ids()
        for job in here - known:
            shutil.rmtree(self._folder / job, ignore_errors=True)
        return known

    def delete(self, job: str) -> None:
        self._shared.delete(job)
        shutil.rmtree(self._folder / job, ignore_errors=True)

    def keep(self, job: str, name: str) -> None:
        self._shared.upload(job, self.file(job, name))

    def fetch(self, job: str, name: str) -> Path | None:
        path = self.file(job, name)
        if not path.exists():
            if self._shared.get(job) is None:
                return None
            self._shared.download(job, path)
        return path
