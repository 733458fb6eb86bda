"""How much of one answer was made, sent and heard. Pure: time is handed in."""


class PlaybackLedger:
    """Milliseconds of one answer's sound. All three counts only grow.

    A client may say what it has played; between its words, and for clients that never do, the
    playback clock runs from the first sample sent and stalls while there is nothing left to play.
    """

    def __init__(self) -> None:
        self.generated_ms = 0
        self.sent_ms = 0
        self._heard_ms = 0.0
        self._at_s: float | None = None
        self._stopped = False

    def generated(self, milliseconds: int) -> None:
        self.generated_ms += max(0, milliseconds)

    def sent(self, milliseconds: int, now_s: float) -> None:
        """Sound went out at *now_s*."""
        self._advance(now_s)
        self.sent_ms += max(0, milliseconds)

    def acknowledge(self, played_ms: int, now_s: float) -> None:
        """The client has played *played_ms* of the answer. The past is not taken back, and no more
        than was sent can have been played."""
        if self._stopped:
            return
        self._at_s = now_s
        self._heard_ms = min(max(self._heard_ms, played_ms), self.sent_ms)

    def stop(self, now_s: float) -> None:
        """Playback has ended; nothing more will be heard."""
        self._advance(now_s)
        self._stopped = True

    def heard_ms(self, now_s: float) -> int:
        if self._stopped or self._at_s is None:
            return int(self._heard_ms)
        return int(min(self.sent_ms, self._heard_ms + max(0.0, now_s - self._at_s) * 1000))

    def _advance(self, now_s: float) -> None:
        self._heard_ms = max(self._heard_ms, float(self.heard_ms(now_s)))
        self._at_s = now_s if self._at_s is None else max(self._at_s, now_s)
