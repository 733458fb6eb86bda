"""Sound on the wire: base64 in one of three formats, at the rate that each side needs."""

import base64
import binascii

from avatar_serving.errors import InvalidRequest, LimitExceeded
from avatar_serving.media import AudioChunk
from avatar_serving.protocol import g711
from avatar_serving.protocol.resample import Resampler
from avatar_serving.protocol.session_config import Pcm, Pcma, Pcmu

Format = Pcm | Pcmu | Pcma

HEARING_HZ = 16_000
"""What every detector and recogniser takes."""
TELEPHONE_HZ = 8_000
LARGEST_APPEND = 15 << 20
"""Bytes of sound in one message, as in OpenAI's API."""


class InputDecoder:
    """From what a client appends to 16 kHz samples, signed 16-bit little endian."""

    def __init__(self, format: Format) -> None:
        self._law: g711.Law | None = _law(format)
        self.rate = _rate(format)
        """Samples a second that the client sends."""
        self._resampler = Resampler(self.rate, HEARING_HZ)

    def decode(self, audio: str) -> bytes:
        """The 16-bit samples of a message, at the client's rate.

        Raises:
            InvalidRequest: not base64, or half a sample.
            LimitExceeded: over ``LARGEST_APPEND``.
        """
        if len(audio) > LARGEST_APPEND * 4 // 3 + 4:
            raise LimitExceeded("audio bytes in one message", len(audio) * 3 // 4, LARGEST_APPEND)
        try:
            data = base64.b64decode(audio, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidRequest(f"audio: not base64: {error}", "audio") from error
        if self._law is not None:
            return g711.decode(data, self._law)
        if len(data) % 2:
            raise InvalidRequest("audio: half a 16-bit sample at the end", "audio")
        return data

    def resample(self, pcm: bytes) -> bytes:
        """What the next samples at the client's rate are at 16 kHz."""
        return self._resampler.push(pcm)


class OutputEncoder:
    """From the sound of one answer to what the client asked for, in base64."""

    def __init__(self, format: Format) -> None:
        self._law: g711.Law | None = _law(format)
        self._target_hz = _rate(format)
        self._source_hz = self._target_hz
        self._resampler = Resampler(self._source_hz, self._target_hz)

    def encode(self, audio: AudioChunk) -> str:
        """The next stretch; a change of its sample rate starts the filter anew."""
        if audio.sample_rate != self._source_hz:
            self._source_hz = audio.sample_rate
            self._resampler = Resampler(self._source_hz, self._target_hz)
        data = self._resampler.push(audio.pcm)
        if self._law is not None:
            data = g711.encode(data, self._law)
        return base64.b64encode(data).decode("ascii")


def _rate(format: Format) -> int:
    return format.rate if isinstance(format, Pcm) else TELEPHONE_HZ


def _law(format: Format) -> g711.Law | None:
    match format:
        case Pcm():
            return None
        case Pcmu():
            return "mu"
        case Pcma():
            return "a"
