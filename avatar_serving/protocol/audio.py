"""Sound on the wire: base64, three formats, and resampling that has no seams between chunks."""

import base64
import binascii

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import AudioChunk
from avatar_serving.protocol.session_config import Pcm, Pcma, Pcmu

Format = Pcm | Pcmu | Pcma
Int16 = NDArray[np.int16]

HEARING_RATE = 16_000
"""What every detector and recogniser takes, in Hz."""

_TAPS_PER_PHASE = 16


class Resampler:
    """A polyphase low-pass filter that remembers the last samples. Delay: 8 input samples or so."""

    def __init__(self, source_hz: int, target_hz: int) -> None:
        divisor = int(np.gcd(source_hz, target_hz))
        self._up, self._down = target_hz // divisor, source_hz // divisor
        widest = max(self._up, self._down)
        taps = signal.firwin(
            2 * _TAPS_PER_PHASE * widest + 1, 0.92 / widest, window=("kaiser", 7.0)
        )
        self._taps = taps * self._up
        self._memory = np.zeros(len(taps) // self._up + 1)
        self._done = 0
        self._seen = 0

    def push(self, pcm: Int16) -> Int16:
        """The samples that *pcm* adds. In the long run exactly target / source of those taken."""
        if self._up == self._down:
            return pcm
        block = np.concatenate([self._memory, pcm.astype(np.float64)])
        first = self._seen - len(self._memory)
        self._seen += len(pcm)
        wanted = self._seen * self._up // self._down
        out = self._filter(block, first, wanted)
        self._memory = block[len(block) - len(self._memory) :]
        self._done = wanted
        return np.clip(np.rint(out), -32768, 32767).astype(np.int16)

    def _filter(self, block: NDArray[np.float64], first: int, wanted: int) -> NDArray[np.float64]:
        """Output samples ``_done`` to *wanted*; *block* begins at input sample *first*."""
        index = np.arange(self._done, wanted) * self._down - first * self._up
        if len(index) == 0:
            return np.zeros(0)
        per_phase = len(self._memory)
        phase, centre = index % self._up, index // self._up
        steps = np.arange(per_phase)
        taps = np.concatenate([self._taps, np.zeros(self._up * per_phase)])
        coefficients = taps[phase[:, None] + steps[None, :] * self._up]
        rows = np.clip(centre[:, None] - steps[None, :], 0, len(block) - 1)
        return (block[rows] * coefficients).sum(axis=1)


class InputDecoder:
    """From what clients append to mono 16 kHz samples, s16 little endian."""

    def __init__(self, format: Format) -> None:
        self._format = format
        self._resampler = Resampler(_rate(format), HEARING_RATE)

    def decode(self, audio: str) -> bytes:
        """Raises:
        InvalidRequest: not base64, or half a sample.
        """
        try:
            data = base64.b64decode(audio, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidRequest("audio: not base64", "audio") from error
        if isinstance(self._format, Pcm):
            if len(data) % 2:
                raise InvalidRequest("audio: half a 16-bit sample at the end", "audio")
            samples = np.frombuffer(data, "<i2")
        else:
            table = _ULAW if isinstance(self._format, Pcmu) else _ALAW
            samples = table[np.frombuffer(data, np.uint8)]
        return self._resampler.push(samples).tobytes()


class OutputEncoder:
    """From synthesised sound to what the client asked for, in base64."""

    def __init__(self, format: Format, source_hz: int = 24_000) -> None:
        self._format = format
        self._resampler = Resampler(source_hz, _rate(format))

    def encode(self, audio: AudioChunk) -> str:
        samples = self._resampler.push(np.frombuffer(audio.pcm, "<i2"))
        if isinstance(self._format, Pcm):
            data = samples.tobytes()
        else:
            data = _compress(samples, _ULAW if isinstance(self._format, Pcmu) else _ALAW)
        return base64.b64encode(data).decode("ascii")


def _rate(format: Format) -> int:
    return format.rate if isinstance(format, Pcm) else 8000


def _ulaw_table() -> Int16:
    """ITU-T G.711, mu-law: code to linear."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (((mantissa.astype(np.int32) << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_table() -> Int16:
    """ITU-T G.711, A-law: code to linear."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = ((code >> 4) & 7).astype(np.int32), (code & 15).astype(np.int32)
    linear = (mantissa << 4) + 8
    shifted = np.where(exponent == 0, linear, (linear + 0x100) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, shifted, -shifted).astype(np.int16)


def _compress(samples: Int16, table: Int16) -> bytes:
    """The code whose linear value is nearest to each sample."""
    order = np.argsort(table, kind="stable")
    levels = table[order].astype(np.int32)
    middle = (levels[1:] + levels[:-1]) / 2
    return order[np.searchsorted(middle, samples)].astype(np.uint8).tobytes()


_ULAW = _ulaw_table()
_ALAW = _alaw_table()
