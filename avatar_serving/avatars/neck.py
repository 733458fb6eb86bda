"""How far a head turns before it shows what its picture never saw."""

from math import copysign, tanh
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.faces.pose import head_angles
from avatar_serving.media import CHANNELS

YawRange = tuple[float, float]
"""Least and greatest `headYaw` that a head follows, in degrees; the one negative, the other not."""
FREE: YawRange = (-90.0, 90.0)

MOST = 46.0
"""Degrees from the viewer up to which a face that was completed looks like one. From about 50 on
the far eye stands out beyond the outline of nose and brow, where nothing holds it."""
LEAST = 8.0
"""Degrees that a head turns to either side, however far it is turned in its picture: more than
heads turn in a conversation."""
FREELY = 0.75
"""Share of the range within which a head turns by just what is asked."""
YAW = CHANNELS.index("headYaw")


def yaw_range(turn: NDArray[np.floating[Any]]) -> YawRange:
    """How far a head may turn whose picture shows it with *turn* (3, 3): to neither side further
    than to MOST from the viewer."""
    own = head_angles(turn.astype(np.float64))[0]
    least, most = min(-LEAST, -MOST - own), max(LEAST, MOST - own)
    return round(max(least, FREE[0]), 1), round(min(most, FREE[1]), 1)


def obeyed(values: tuple[float, ...], within: YawRange) -> tuple[float, ...]:
    """*values*, a number for each of CHANNELS, with a yaw that goes to the end of its range
    gently instead of beyond it."""
    yaw = values[YAW]
    most = abs(within[yaw > 0])
    freely = FREELY * most
    beyond = abs(yaw) - freely
    if beyond <= 0:
        return values
    bent = freely + (most - freely) * tanh(beyond / (most - freely)) if most else 0.0
    return (*values[:YAW], copysign(bent, yaw), *values[YAW + 1 :])
