"""How late frames left the load generator: a histogram, because there are millions of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from load_tests.results import Spread

_EDGES_MS = np.concatenate([[0.0], np.geomspace(0.01, 1e5, 400)])
"""Steps of 4 %."""


@dataclass(slots=True)
class Lateness:
    counts: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(len(_EDGES_MS) - 1, np.int64)
    )
    most_ms: float = 0.0

    def add(self, values_ms: Iterable[float]) -> None:
        values = np.fromiter(values_ms, float)
        if len(values):
            clipped = np.clip(values, 0.0, _EDGES_MS[-1])
            self.counts += np.histogram(clipped, _EDGES_MS)[0]
            self.most_ms = max(self.most_ms, float(values.max()))

    def merge(self, other: "Lateness") -> None:
        self.counts += other.counts
        self.most_ms = max(self.most_ms, other.most_ms)

    def spread(self) -> Spread | None:
        """None when nothing was sent."""
        total = int(self.counts.sum())
        if not total:
            return None
        p50, p95, p99 = (self._percentile(q, total) for q in (0.5, 0.95, 0.99))
        return Spread(count=total, p50=p50, p95=p95, p99=p99, most=round(self.most_ms, 2))

    def _percentile(self, share: float, total: int) -> float:
        """Upper edge of the step that it lies in."""
        step = int(np.searchsorted(np.cumsum(self.counts), share * total))
        return round(min(float(_EDGES_MS[step + 1]), self.most_ms), 2)
