"""How many inputs a test has tried, what became of them, and what the worst one cost."""

import json
import os
import resource
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings

from avatar_serving.errors import AvatarError

COUNT = int(os.environ.get("FUZZ_INPUTS", "200"))
"""Inputs for each target; ``make fuzz`` asks for 10,000."""
SLOWEST_S = 30.0
"""No input of a few kilobytes may take so many seconds of the processor: it is a bomb. By the clock
any input may, where other programs have the machine."""
LARGEST_MB = 1500
"""Nor may all of them together make the process grow by so much."""
_REPORT = os.environ.get("FUZZ_REPORT", "")

Test = Callable[..., Any]


def inputs(share: float = 1.0) -> Callable[[Test], Test]:
    """A test of COUNT inputs, or of a share of them; the same ones each time."""
    return settings(
        max_examples=max(1, round(COUNT * share)),
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


class Ledger:
    def __init__(self, target: str) -> None:
        self.target = target
        self.outcomes = Counter[str]()
        self._slowest_s = 0.0
        self._before_mb = _peak_mb()

    @contextmanager
    def trying(self) -> Generator[None, None, None]:
        """An input: it is accepted, or refused with an error of ours, soon. Anything else fails."""
        began, outcome = time.process_time(), "accepted"
        try:
            yield
        except AvatarError as error:
            assert error.code != AvatarError.code and error.message
            outcome = error.code
        took_s = time.process_time() - began
        self._slowest_s = max(self._slowest_s, took_s)
        assert took_s < SLOWEST_S, f"one input took {took_s:.1f} s"
        self.outcomes[outcome] += 1

    def count(self, outcome: str, inputs: int = 1) -> None:
        self.outcomes[outcome] += inputs

    def close(self) -> None:
        """Raises AssertionError: the inputs took too much memory, or all were refused alike."""
        grown = _peak_mb() - self._before_mb
        if _REPORT:
            row = {
                "target": self.target,
                "inputs": self.outcomes.total(),
                "outcomes": dict(self.outcomes.most_common()),
                "slowest_s": round(self._slowest_s, 2),
                "grown_mb": round(grown),
            }
            with Path(_REPORT).open("a") as out:
                out.write(json.dumps(row) + "\n")
        assert grown < LARGEST_MB, f"{self.target}: {grown:.0f} MB more than before"
        assert len(self.outcomes) > 1, f"{self.target}: every input came to the same end"


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
