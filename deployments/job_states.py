"""What is known of work in the background: by every gateway, whichever of them does it.

Deleting a job cancels it, wherever it runs. A state that nobody touches any more is that of a
gateway which died.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from avatar_serving.errors import NotFound
from deployments.job_shelves import Shelf

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

    def made(self) -> tuple[str, ...]:
        """Names of the files that came of it so far, which every gateway hands out."""
        return ()


S = TypeVar("S", bound=JobState)


class JobFolder(Generic[S]):
    """The jobs on a shelf. Calls wait for files or a database: on an event loop use a thread."""

    def __init__(
        self, shelf: Shelf, kind: type[S], noun: str, kept_s: float,
        now: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        """*noun*: what a job is called, and how its id begins."""
        self._shelf = shelf
        self._kind = kind
        self._noun = noun
        self._id = re.compile(rf"{noun}_[A-Za-z0-9]{{8,64}}")
        self._kept_s = kept_s
        self._now = now

    def file(self, job: str, name: str) -> Path:
        """Where the gateway that does the work writes a file."""
        return self._shelf.file(self._checked(job), name)

    def read(self, job: str) -> S:
        """Raises NotFound: there is none, or it has expired."""
        if (found := self._shelf.get(self._checked(job))) is None:
            raise NotFound(self._noun, job)
        text, touched = found
        try:
            state = self._kind.model_validate_json(text)
        except ValueError as error:
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
        for job in self._shelf.ids():
            try:
                found.append(self.read(job))
            except NotFound:
                continue
        return sorted(found, key=lambda state: (-state.created_at, state.id))

    def add(self, state: S) -> None:
        self._shelf.add(self._checked(state.id), state.model_dump_json())

    def update(self, state: S) -> None:
        """Replace the state at once; a job that was deleted stays so, without a trace."""
        if not self._shelf.replace(state.id, state.model_dump_json()):
            self._shelf.delete(state.id)

    def keep(self, state: S, before: S) -> None:
        """The files that came of it since *before* are whole."""
        for name in state.made():
            if name not in before.made():
                self._shelf.keep(state.id, name)

    def fetch(self, job: str, name: str) -> Path:
        """One of these, on this machine. Raises NotFound: it was deleted."""
        if (path := self._shelf.fetch(self._checked(job), name)) is None:
            raise NotFound(self._noun, job)
        return path

    def alive(self, job: str) -> bool:
        """Say that a job is being worked on. False: it was deleted."""
        return self._shelf.touch(self._checked(job))

    def remove(self, job: str) -> None:
        """With its files; nothing happens where it is gone."""
        self._shelf.delete(self._checked(job))

    def ended(self, state: S, **changes: object) -> S:
        at = int(self._now())
        until = {"completed_at": at, "expires_at": at + round(self._kept_s)}
        return state.model_copy(update={**until, **changes})

    def failed(self, state: S, code: str, message: str) -> S:
        return self.ended(state, status="failed", error=JobError(code=code, message=message))

    def _checked(self, job: str) -> str:
        if not self._id.fullmatch(job):
            raise NotFound(self._noun, job)
        return job
