"""Talking videos as jobs: one after the other, a bounded number waiting."""

from avatar_serving import metrics
from avatar_serving.errors import WrongState
from avatar_serving.limits import Limits
from deployments.background import BackgroundJobs
from deployments.video_states import VideoFolder, VideoState
from pipelines.filming import Filmed


class VideoJobs(BackgroundJobs[VideoState, Filmed]):
    noun = "videos"

    def __init__(self, folder: VideoFolder, limits: Limits) -> None:
        super().__init__(folder, limits.videos, limits.waiting_videos, metrics.videos)

    def _after(self, state: VideoState, item: Filmed) -> VideoState:
        return self.folder.ended(
            state,
            status="completed",
            progress=100,
            seconds=round(item.seconds, 3),
            work_s=round(item.work_s, 3),
            speed=round(item.speed, 3),
        )


def check_ready(state: VideoState) -> None:
    """Raises WrongState: it is not there yet, or never will be."""
    if state.status != "completed":
        reason = state.error.message if state.error else f"the video is {state.status}"
        raise WrongState("video_not_ready", reason)
