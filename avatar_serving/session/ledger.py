"""How much of one answer was made, sent and heard. Pure: time is handed in."""


class PlaybackLedger:
    """Milliseconds of one answer's sound: heard <= sent, and what was made and sent only grows.

    A client may say what it has played, and is believed: it alone knows how much it buffers. From
    there on, and for clients that never say, a clock runs beside the sound that was sent and
    stalls while there is nothing left to play.
    """

    def __init__(self) -> None:
        self.generated_ms = 0
        self.sent_ms = 0
        self._told_ms = 0
        """The most that the client has said to have played."""
        self._heard_ms = 0.0
        """Heard at ``_at_s``."""
        self._at_s: float | None = None
        self._stopped = False

    def generated(self, milliseconds: int) -> None:
        """So much more sound was made."""
        self.generated_ms += max(0, milliseconds)

    def sent(self, milliseconds: int, now_s: float) -> None:
        """Sound went out at *now_s*."""
        if self._stopped:
            return
        self._advance(now_s)
        self.sent_ms += max(0, milliseconds)

    def acknowledge(self, played_ms: int, now_s: float) -> None:
        """The client has played *played_ms* of the answer. It cannot take back what it said before,
        nor have played what was not sent."""
        if self._stopped:
            return
        self._advance(now_s)
        self._told_ms = min(max(self._told_ms, played_ms), self.sent_ms)
        self._heard_ms = float(self._told_ms)

    def stop(self, now_s: float) -> None:
        """Playback has ended; nothing more will be heard."""
        if not self._stopped:
            self._advance(now_s)
            self._stopped = True

    def heard_ms(self, now_s: float) -> int:
        """How much the user has heard by *now_s*."""
        if self._stopped or self._at_s is None:
            return int(self._heard_ms)
        running_ms = max(0.0, now_s - self._at_s) * 1000
        return int(min(self.sent_ms, self._heard_ms + running_ms))

    def _advance(self, now_s: float) -> None:
        """Bring the clock to *now_s*; it starts with the first sound and never goes back."""
        if self._at_s is not None:
            running_ms = max(0.0, now_s - self._at_s) * 1000
            self._heard_ms = min(float(self.sent_ms), self._heard_ms + running_ms)
        self._at_s = now_s if self._at_s is None else max(self._at_s, now_s)
