"""Silero VAD: a small recurrent network over 32 ms hops."""

from typing import TYPE_CHECKING, Literal

import numpy as np

from avatar_serving import weights
from avatar_serving.detectors.vad.base import SAMPLE_RATE, Vad, VadEngineConfig
from avatar_serving.detectors.vad.gate import GatedVad, gate_options
from avatar_serving.onnx import open_session
from avatar_serving.samples import Samples

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_CONTEXT = 64
"""Samples before each hop that the network also sees."""


class SileroConfig(VadEngineConfig):
    engine: Literal["silero"] = "silero"
    weights = ("silero-vad",)

    def build(self) -> "SileroModel":
        return SileroModel(open_session(weights.path("silero-vad")))


class SileroModel:
    def __init__(self, session: "InferenceSession") -> None:
        self._session = session

    def open(self, threshold: float = 0.5, silence_ms: int = 500, prefix_ms: int = 300) -> Vad:
        options = gate_options(threshold, silence_ms, prefix_ms)
        return GatedVad(_Stream(self._session), options)


class _Stream:
    """The memory of one stream."""

    def __init__(self, session: "InferenceSession") -> None:
        self._session = session
        self._state = np.zeros((2, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)
        self._rate = np.array(SAMPLE_RATE, np.int64)

    def __call__(self, hop: Samples) -> float:
        window = np.concatenate([self._context, hop])
        self._context = hop[-_CONTEXT:]
        inputs = {"input": window[None], "state": self._state, "sr": self._rate}
        probability, self._state = self._session.run(None, inputs)
        return float(np.asarray(probability).flat[0])
