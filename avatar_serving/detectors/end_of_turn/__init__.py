"""End of turn. To add an engine: one file here, one name in this union."""

from typing import Annotated

from pydantic import Field

from avatar_serving.detectors.end_of_turn.always import AlwaysConfig
from avatar_serving.detectors.end_of_turn.base import EndOfTurn
from avatar_serving.detectors.end_of_turn.smart_turn import SmartTurnConfig

EndOfTurnConfig = Annotated[SmartTurnConfig | AlwaysConfig, Field(discriminator="engine")]

__all__ = ["AlwaysConfig", "EndOfTurn", "EndOfTurnConfig", "SmartTurnConfig"]
