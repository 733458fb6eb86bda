"""Sound cut for a network that hears two seconds at a time: small pieces, each with its past.

A window ends *ahead* frames after its piece, so that no piece waits for more sound than that. Those
frames are guessed twice, and the second guess is mixed in: no jump from one piece to the next.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.samples import Samples
from avatar_serving.stages.animate.sound import RATE
from avatar_serving.stages.animate.timeline import Floats, Timeline

FPS = 30
FRAMES = 64
SAMPLES = FRAMES * RATE // FPS
"""Of a window: what the network was trained on."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """How sound is cut, in frames."""

    size: int
    ahead: int

    @property
    def before(self) -> int:
        """Frames of a window that only say what came before."""
        return FRAMES - self.size - self.ahead

    def windows(
        self, samples: Samples, earlier: Samples, line: Timeline
    ) -> Generator[Samples, None, None]:
        """SAMPLES for each piece of *line*, where *samples* begin and *earlier* end."""
        padded = np.concatenate([np.zeros(SAMPLES, np.float32), earlier, samples])
        origin = SAMPLES + len(earlier)
        padded = np.pad(padded, (0, 2 * SAMPLES))
        offset_s = line.first / line.fps - line.begin_s
        for first in range(0, line.count, self.size):
            begin = origin + round((offset_s + (first - self.before) / FPS) * RATE)
            yield padded[begin : begin + SAMPLES]


class Joiner:
    """Piece after piece of one stretch."""

    def __init__(self, pieces: Pieces, count: int) -> None:
        self._pieces, self._left = pieces, count
        self._guessed: Floats | None = None

    def join(self, guess: NDArray[np.float32]) -> Floats:
        """The frames of the next piece, of the weights (FRAMES x n) of its window."""
        size, ahead = self._pieces.size, self._pieces.ahead
        own = guess[self._pieces.before :].astype(np.float64)
        if self._guessed is not None and ahead:
            trust = (np.arange(1, ahead + 1) / (ahead + 1))[:, None]
            own[:ahead] = (1 - trust) * self._guessed + trust * own[:ahead]
        self._guessed = own[size : size + ahead]
        past = min(size, self._left)
        self._left -= past
        return own[:past]
