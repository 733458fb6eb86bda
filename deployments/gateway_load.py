"""What a gateway tells its policy: sessions held, and those that it had no place for."""

import time
from collections import deque
from typing import Any

from deployments.services import Slots

_WINDOW_S = 10.0
"""As long as those who are turned away are asked to wait: whoever tries again counts once."""


class GatewayLoad:
    """*clock* gives seconds that only go forward."""

    def __init__(self, slots: Slots, clock: Any = time.monotonic) -> None:
        self._slots = slots
        self._clock = clock
        self._counts: deque[tuple[float, int]] = deque([(clock(), slots.turned_away)])

    def stats(self) -> dict[str, float]:
        """``sessions`` held, and ``turned_away`` within the last ten seconds."""
        now = self._clock()
        self._counts.append((now, self._slots.turned_away))
        while len(self._counts) > 1 and self._counts[1][0] <= now - _WINDOW_S:
            self._counts.popleft()
        turned_away = self._slots.turned_away - self._counts[0][1]
        return {"sessions": float(self._slots.held), "turned_away": float(turned_away)}


def reporting(ingress: Any) -> Any:
    """Serve's class of a gateway, that also says how loaded it is when Serve asks."""

    class Gateway(ingress):
        def record_autoscaling_stats(self) -> dict[str, float]:
            state = self.app.state
            if not hasattr(state, "load"):
                state.load = GatewayLoad(state.services.sessions)
            return state.load.stats()

    return Gateway
