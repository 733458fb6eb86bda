"""What is known of talking videos, in a folder that every gateway can read.

A job is a folder ``videos/<id>/`` with ``state.json`` and, at last, the video. Deleting the folder
cancels the job, wherever it runs. A state that nobody touches any more is that of a gateway which
died.
"""

import contextlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from avatar_serving.errors import NotFound

_STATE = "state.json"
_ID = re.compile(r"video_[A-Za-z0-9]{8,64}")
_DEAD_S = 60.0
"""A job whose state was not touched for so long has lost its gateway."""


class JobError(BaseModel):
    model_config = ConfigDict(frozen=True)

    code: str
    message: str


class VideoState(BaseModel):
    """A job as clients see it; the names are those of OpenAI's videos where they have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    object: Literal["video"] = "video"
    status: Literal["queued", "in_progress", "completed", "failed"] = "queued"
    progress: int = 0
    """Percent."""
    step: str = ""
    """speak, animate, render"""
    avatar: str
    size: str
    fps: int
    file: str
    """Its name in the job's folder."""
    media_type: str
    created_at: int
    """Unix time, as are the others."""
    completed_at: int | None = None
    expires_at: int | None = None
    seconds: float | None = None
    """Of the video."""
    work_s: float | None = None
    """How long it took to make, without waiting."""
    speed: float | None = None
    """Times real time."""
    error: JobError | None = None
    owner: str = ""
    """Whose keys may see it; empty: everybody's."""

    @property
    def over(self) -> bool:
        return self.status in ("completed", "failed")


class VideoFolder:
    def __init__(self, folder: Path, kept_s: float, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._kept_s = kept_s
        self._now = now

    def file(self, job: str, name: str) -> Path:
        return self._state(job).with_name(name)

    def read(self, job: str) -> VideoState:
        """Raises NotFound: there is none, or it has expired."""
        path = self._state(job)
        try:
            state = VideoState.model_validate_json(path.read_bytes())
            touched = path.stat().st_mtime
        except (FileNotFoundError, ValueError) as error:
            raise NotFound("video", job) from error
        if state.expires_at is not None and self._now() > state.expires_at:
            self.remove(job)
            raise NotFound("video", job)
        if not state.over and self._now() - touched > _DEAD_S:
            return self.failed(state, "internal", "the gateway that made it stopped; try again")
        return state

    def all(self) -> list[VideoState]:
        """Newest first; those that have expired are deleted."""
        found: list[VideoState] = []
        for path in self._folder.glob("video_*"):
            try:
                found.append(self.read(path.name))
            except NotFound:
                continue
        return sorted(found, key=lambda state: (-state.created_at, state.id))

    def add(self, state: VideoState) -> None:
        self._state(state.id).parent.mkdir(parents=True)
        self._put(state)

    def update(self, state: VideoState) -> None:
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

    def ended(self, state: VideoState, **changes: object) -> VideoState:
        at = int(self._now())
        until = {"completed_at": at, "expires_at": at + round(self._kept_s)}
        return state.model_copy(update={**until, **changes})

    def failed(self, state: VideoState, code: str, message: str) -> VideoState:
        return self.ended(state, status="failed", error=JobError(code=code, message=message))

    def _put(self, state: VideoState) -> None:
        path = self._state(state.id)
        fresh = path.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            fresh.write_text(state.model_dump_json())
            fresh.replace(path)

    def _state(self, job: str) -> Path:
        if not _ID.fullmatch(job):
            raise NotFound("video", job)
        return self._folder / job / _STATE
