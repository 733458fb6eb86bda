"""What is known of talking videos."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from deployments.job_states import JobFolder, JobState


class VideoState(JobState):
    object: Literal["video"] = "video"
    avatar: str
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


class VideoFolder(JobFolder[VideoState]):
    def __init__(self, folder: Path, kept_s: float, now: Callable[[], float] = time.time) -> None:
        super().__init__(folder, VideoState, "video", kept_s, now)
