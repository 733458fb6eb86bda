"""What is known of talking videos."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from avatar_serving.store.jobs import SharedJobs
from deployments.job_shelves import shelf
from deployments.job_states import JobFolder, JobState


class VideoState(JobState):
    object: Literal["video"] = "video"
    avatar: str = ""
    """Empty: it is made of a film."""
    size: str
    fps: int
    file: str
    """Its name in the job's folder."""
    media_type: str
    seconds: float | None = None
    """Of the video."""
    work_s: float | None = None
    """How long it took to make, without waiting."""
    speed: float | None = None
    """Times real time."""

    def made(self) -> tuple[str, ...]:
        return (self.file,) if self.status == "completed" else ()


class VideoFolder(JobFolder[VideoState]):
    def __init__(
        self, folder: Path, kept_s: float, now: Callable[[], float] = time.time,
        shared: SharedJobs | None = None,
    ) -> None:  # fmt: skip
        super().__init__(shelf(folder, shared), VideoState, "video", kept_s, now)
