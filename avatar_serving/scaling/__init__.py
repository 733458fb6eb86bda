"""How many replicas a stage should have: pure arithmetic, used by Ray Serve and by the simulation.

The union *is* the registry of signals: a profile names one in ``placement.<stage>.scaling``.
"""

from typing import Annotated

from pydantic import Field

from avatar_serving.scaling.options import (
    ByDeadlineMisses,
    ByQueueWait,
    BySessions,
    GatewayScaling,
)

Scaling = Annotated[BySessions | ByQueueWait | ByDeadlineMisses, Field(discriminator="signal")]

__all__ = ["ByDeadlineMisses", "ByQueueWait", "BySessions", "GatewayScaling", "Scaling"]
