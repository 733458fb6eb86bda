"""How fast a client may send sound."""

from avatar_serving.errors import LimitExceeded


class AudioBudget:
    """A bucket of seconds that fills *rate* times as fast as time passes."""

    _START_S = 10.0

    def __init__(self, rate: float, now_s: float) -> None:
        self._rate = rate
        self._left_s = self._START_S
        self._seen_s = now_s

    def spend(self, seconds: float, now_s: float) -> None:
        """Raises:
        LimitExceeded: the bucket is empty.
        """
        refill_s = (now_s - self._seen_s) * self._rate
        self._left_s = min(self._START_S, self._left_s + refill_s)
        self._seen_s = now_s
        if seconds > self._left_s:
            raise LimitExceeded("limits.audio_rate", seconds / max(refill_s, 1e-3), self._rate)
        self._left_s -= seconds
