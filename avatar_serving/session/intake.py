"""Sound as a client sends it, kept until there is enough of it to listen to."""

from collections.abc import Callable

from avatar_serving.protocol.audio import Format, InputDecoder
from avatar_serving.session.budget import AudioBudget


class Intake:
    def __init__(self, format: Format, rate: float, now: Callable[[], float]) -> None:
        """*rate*: how many times as fast as it sounds a client may send; *now* in seconds."""
        self.arrived_s = now()
        """When sound came last, on the clock of the session."""
        self._now = now
        self._budget = AudioBudget(rate, self.arrived_s)
        self._kept = bytearray()
        """16-bit samples at the client's rate."""
        self.configure(format)

    def configure(self, format: Format) -> None:
        """Sound comes in *format* from now on; what is kept is dropped."""
        self._decoder = InputDecoder(format)
        self._kept.clear()

    def take(self, audio: str) -> None:
        """Keep what one ``input_audio_buffer.append`` brought.

        Raises:
            InvalidRequest: not audio of the session's format.
            LimitExceeded: faster than ``limits.audio_rate``.
        """
        pcm = self._decoder.decode(audio)
        self.arrived_s = self._now()
        self._budget.spend(self._seconds(pcm), self.arrived_s)
        self._kept += pcm

    @property
    def kept_s(self) -> float:
        """How much has come since ``heard``."""
        return self._seconds(self._kept)

    def heard(self) -> bytes:
        """What has come since this was asked for, at 16 kHz."""
        pcm = bytes(self._kept)
        self._kept.clear()
        return self._decoder.resample(pcm)

    def clear(self) -> None:
        """Nobody listens to what is kept."""
        self._kept.clear()

    def _seconds(self, pcm: bytes | bytearray) -> float:
        return len(pcm) / (2 * self._decoder.rate)
