"""Speech made of phones, and the motion the engine gives for it."""

from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_serving.flow import collect
from avatar_serving.media import CHANNELS, AnimateRequest, Phone
from avatar_serving.stages.animate import PhonesConfig


class Motion:
    """Frames of one request, by channel name."""

    def __init__(self, times: Sequence[float], values: NDArray[np.float64]) -> None:
        self.times = np.array(times)
        self.values = values

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        return self.values[:, CHANNELS.index(name)]

    def at(self, name: str, at_s: float) -> float:
        """The value of the frame nearest to *at_s*."""
        return float(self[name][np.argmin(np.abs(self.times - at_s))])


Animator = Callable[[AnimateRequest], Awaitable[Motion]]


@pytest.fixture
def animate() -> Animator:
    engine = PhonesConfig().build()

    async def run(request: AnimateRequest) -> Motion:
        frames = await collect(engine.run(request))
        values = np.array([f.values for f in frames]).reshape(-1, len(CHANNELS))
        return Motion([f.at_s for f in frames], values)

    return run


def spell(symbols: Sequence[str], each_s: float = 0.09, start_s: float = 0.15) -> tuple[Phone, ...]:
    """One phone after the other, all of one length."""
    return tuple(
        Phone(symbol, start_s + i * each_s, start_s + (i + 1) * each_s)
        for i, symbol in enumerate(symbols)
    )
