"""Engines at work."""

from avatar_serving.errors.base import AvatarError


class StageError(AvatarError):
    code = "stage"


class StageFailed(StageError):
    code = "stage_failed"

    def __init__(self, stage: str, detail: str) -> None:
        super().__init__(stage, detail)
        self.stage = stage
        self.detail = detail

    @property
    def message(self) -> str:
        return f"{self.stage}: {self.detail}"


class StageTimeout(StageError):
    code = "stage_timeout"
    retryable = True

    def __init__(self, stage: str, limit_s: float) -> None:
        super().__init__(stage, limit_s)
        self.stage = stage
        self.limit_s = limit_s

    @property
    def message(self) -> str:
        return f"{self.stage} gave nothing for {self.limit_s:g} s"


class OutOfMemory(StageError):
    """The engine goes on; the request may pass later, or smaller."""

    code = "out_of_memory"
    retryable = True

    def __init__(self, stage: str, detail: str) -> None:
        super().__init__(stage, detail)
        self.stage = stage
        self.detail = detail

    @property
    def message(self) -> str:
        return f"{self.stage} has no memory for this now: {self.detail}"


class EngineLost(StageError):
    code = "engine_lost"
    retryable = True

    def __init__(self, stage: str, retry_after_s: float) -> None:
        super().__init__(stage, retry_after_s)
        self.stage = stage
        self.retry_after_s = retry_after_s

    @property
    def message(self) -> str:
        return f"the engine of {self.stage} died and starts again; try in {self.retry_after_s:g} s"
