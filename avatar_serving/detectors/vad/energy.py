"""Loud is speech. Without weights; for tests."""

from typing import Literal

import numpy as np

from avatar_serving.detectors.vad.base import Vad, VadEngineConfig
from avatar_serving.detectors.vad.gate import GatedVad, gate_options
from avatar_serving.samples import Samples


class EnergyConfig(VadEngineConfig):
    engine: Literal["energy"] = "energy"
    level_db: float = -40.0
    """Loudness of a hop, in dB under full scale, from which it counts as speech."""

    def build(self) -> "EnergyModel":
        return EnergyModel(self)


class EnergyModel:
    def __init__(self, config: EnergyConfig) -> None:
        self._power = 10 ** (config.level_db / 10)

    def open(self, threshold: float = 0.5, silence_ms: int = 500, prefix_ms: int = 300) -> Vad:
        return GatedVad(self._judge, gate_options(threshold, silence_ms, prefix_ms))

    def _judge(self, hop: Samples) -> float:
        return float(np.dot(hop, hop) >= self._power * len(hop))
