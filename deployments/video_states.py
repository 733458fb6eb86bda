"""What is known of talking videos."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from avatar_serving.store.videos import SharedVideos
from deployments.job_shelves import FolderShelf, SharedShelf
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

    def made(self) -> tuple[str, ...]:
        return (self.file,) if self.status == "completed" else ()


class VideoFolder(JobFolder[VideoState]):
    def __init__(
        self, folder: Path, kept_s: float, now: Callable[[], float] = time.time,
        shared: SharedVideos | None = None,
    ) -> None:  # fmt: skip
        """*shared*: where other gateways find them; else those of the same *folder* do."""
        shelf = FolderShelf(folder) if shared is None else SharedShelf(shared, folder)
        super().__init__(shelf, VideoState, "video", kept_s, now)
