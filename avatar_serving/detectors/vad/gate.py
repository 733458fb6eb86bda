"""From probabilities of speech, hop by hop, to where speech starts and stops."""

from collections.abc import Callable
from dataclasses import dataclass

from avatar_serving.detectors.vad.base import SAMPLE_RATE, SpeechStarted, SpeechStopped, VadEvent
from avatar_serving.errors import InvalidRequest
from avatar_serving.samples import Samples, from_pcm

HOP = 512
"""Samples judged together: 32 ms."""
HOP_S = HOP / SAMPLE_RATE

_MIN_SPEECH_HOPS = 3
"""Shorter bursts (a click, a tap on the table) are not speech."""
_MAX_GAP_HOPS = 1
"""The breath inside a stop consonant does not break an onset."""
_HYSTERESIS = 0.15


@dataclass(frozen=True, slots=True)
class GateOptions:
    threshold: float
    silence_s: float
    prefix_s: float


class Gate:
    """Believes in speech after a few probable hops, and in silence after a long enough pause."""

    def __init__(self, options: GateOptions) -> None:
        self.speaking = False
        self._options = options
        self._release = max(options.threshold - _HYSTERESIS, options.threshold / 2)
        self._hops = 0
        self._now_s = 0.0
        self._onset_s = 0.0
        self._likely_hops = 0
        self._gap_hops = 0
        self._last_speech_s = 0.0

    @property
    def silence_s(self) -> float:
        return self._now_s - self._last_speech_s if self.speaking else 0.0

    def feed(self, probability: float) -> list[VadEvent]:
        begun_s = self._now_s
        self._hops += 1
        self._now_s = self._hops * HOP_S
        return (
            self._in_speech(probability)
            if self.speaking
            else self._in_silence(probability, begun_s)
        )

    def _in_silence(self, probability: float, begun_s: float) -> list[VadEvent]:
        if probability < self._release:
            self._gap_hops += 1
            if self._gap_hops > _MAX_GAP_HOPS:
                self._likely_hops = 0
            return []
        if self._likely_hops == 0:
            self._onset_s = begun_s
        self._gap_hops = 0
        self._likely_hops += probability >= self._options.threshold
        if self._likely_hops < _MIN_SPEECH_HOPS:
            return []
        self.speaking = True
        self._likely_hops = 0
        self._last_speech_s = self._now_s
        return [SpeechStarted(max(self._onset_s, self._now_s - self._options.prefix_s, 0.0))]

    def _in_speech(self, probability: float) -> list[VadEvent]:
        paused = self.silence_s > HOP_S
        if probability >= (self._options.threshold if paused else self._release):
            self._last_speech_s = self._now_s
        elif self.silence_s >= self._options.silence_s:
            self.speaking = False
            return [SpeechStopped(self._last_speech_s)]
        return []


Judge = Callable[[Samples], float]
"""The probability of speech in one hop of samples in -1..1; may remember the hops before."""


class GatedVad:
    """Cuts a stream into hops, judges each, and gates the judgements."""

    def __init__(self, judge: Judge, options: GateOptions) -> None:
        self._judge = judge
        self._gate = Gate(options)
        self._pcm = bytearray()

    @property
    def speaking(self) -> bool:
        return self._gate.speaking

    @property
    def silence_s(self) -> float:
        return self._gate.silence_s

    def push(self, pcm16k: bytes) -> list[VadEvent]:
        self._pcm += pcm16k
        whole = len(self._pcm) // (2 * HOP) * HOP
        if not whole:
            return []
        samples = from_pcm(bytes(self._pcm[: 2 * whole]))
        del self._pcm[: 2 * whole]
        return [e for hop in samples.reshape(-1, HOP) for e in self._gate.feed(self._judge(hop))]


def gate_options(threshold: float, silence_ms: int, prefix_ms: int) -> GateOptions:
    """Check and convert what a client may set.

    Raises:
        InvalidRequest: a value makes no sense.
    """
    if not 0 < threshold < 1:
        raise InvalidRequest("threshold must be between 0 and 1", "threshold")
    if silence_ms < 0 or prefix_ms < 0:
        raise InvalidRequest("durations must not be negative", "silence_duration_ms")
    return GateOptions(threshold, silence_ms / 1000, prefix_ms / 1000)
