"""What is known of work in the background, in a folder that every gateway can read.

A job is a folder ``<id>/`` with ``state.json`` and what the work made. Deleting the folder cancels
the job, wherever it runs. A state that nobody touches any more is that of a gateway which died.
"""

import contextlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from avatar_serving.errors import NotFound

_STATE = "state.json"
_DEAD_S = 60.0
"""A job whose state was not touched for so long has lost its gateway."""


class JobError(BaseModel):
    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class JobState(BaseModel):
    """A job as clients see it; the names are those of OpenAI's videos where they have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    status: Literal["queued", "in_progress", "completed", "failed"] = "queued"
    progress: int = 0
    """Percent."""
    step: str = ""
    created_at: int
    """Unix time, as are the others."""
    completed_at: int | None = None
    expires_at: int | None = None
    error: JobError | None = None
    owner: str = ""
    """Whose keys may see it; empty: everybody's."""

    @property
    def over(self) -> bool:
        return self.status in ("completed", "failed")


S = TypeVar("S", bound=JobState)


class JobFolder(Generic[S]):
    def __init__(
        self, folder: Path, kind: type[S], noun: str, kept_s: float,
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """*noun*: what a job is called, and how its id begins."""
        self._folder = folder
        self._kind = kind
        self._noun = noun
        self._id = re.compile(rf"{noun}_[A-Za-z0-9]{{8,64}}")
        self._kept_s = kept_s
        self._now = now

    def file(self, job: str, name: str) -> Path:
        return self._state(job).with_name(name)

    def read(self, job: str) -> S:
        """Raises NotFound: there is none, or it has expired."""
        path = self._state(job)
        try:
            state = self._kind.model_validate_json(path.read_bytes())
            touched = path.stat().st_mtime
        except (FileNotFoundError, ValueError) as error:
            raise NotFound(self._noun, job) from error
        if state.expires_at is not None and self._now() > state.expires_at:
            self.remove(job)
            raise NotFound(self._noun, job)
        if not state.over and self._now() - touched > _DEAD_S:
            return self.failed(state, "internal", "the gateway that made it stopped; try again")
        return state

    def all(self) -> list[S]:
        """Newest first; those that have expired are deleted."""
        found: list[S] = []
        for path in self._folder.glob(f"{self._noun}_*"):
            try:
                found.append(self.read(path.name))
            except NotFound:
                continue
        return sorted(found, key=lambda state: (-state.created_at, state.id))

    def add(self, state: S) -> None:
        self._state(state.id).parent.mkdir(parents=True)
        self._put(state)

    def update(self, state: S) -> None:
        """Replace the state at once; a job that was deleted stays so."""
        if self._state(state.id).exists():
            self._put(state)

    def alive(self, job: str) -> bool:
        """Say that a job is being worked on. False: it was deleted."""
        if not self._state(job).exists():
            return False
        self._state(job).touch()
        return True

    def remove(self, job: str) -> None:
        shutil.rmtree(self._state(job).parent, ignore_errors=True)

    def ended(self, state: S, **changes: object) -> S:
        at = int(self._now())
        until = {"completed_at": at, "expires_at": at + round(self._kept_s)}
        return state.model_copy(update={**until, **changes})

    def failed(self, state: S, code: str, message: str) -> S:
        return self.ended(state, status="failed", error=JobError(code=code, message=message))

    def _put(self, state: S) -> None:
        path = self._state(state.id)
        fresh = path.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            fresh.write_text(state.model_dump_json())
            fresh.replace(path)

    def _state(self, job: str) -> Path:
        if not self._id.fullmatch(job):
            raise NotFound(self._noun, job)
        return self._folder / job / _STATE
