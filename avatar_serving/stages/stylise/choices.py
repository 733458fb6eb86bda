"""What an engine that draws by words offers, for pages that show it."""

from pydantic import BaseModel, ConfigDict


class Choice(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """What a request says."""
    name: str
    """For people."""


class DrawingChoices(BaseModel):
    """By option of `Look.drawing`, besides keep; and what the engine does unless it is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    expression: tuple[Choice, ...]
    pose: tuple[Choice, ...]
    scene: tuple[Choice, ...]
    adapter: tuple[Choice, ...]
    steps: int
    guidance: float
