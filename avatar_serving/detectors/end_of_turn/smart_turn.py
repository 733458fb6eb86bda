"""Smart Turn v3: hears from melody and rhythm whether a turn is complete."""

from typing import Literal

import numpy as np
from pydantic import Field

from avatar_serving import weights
from avatar_serving.detectors.end_of_turn.base import EndOfTurn, EndOfTurnEngineConfig
from avatar_serving.errors import InvalidRequest
from avatar_serving.media import AudioChunk
from avatar_serving.onnx import open_session
from avatar_serving.samples import Samples, from_pcm

_RATE = 16_000
_SECONDS = 8
"""The model hears the last eight seconds; shorter turns are padded at their front."""
_FRAMES = 800


class SmartTurnConfig(EndOfTurnEngineConfig):
    engine: Literal["smart_turn"] = "smart_turn"
    threads: int = Field(default=1, ge=1)
    weights = ("smart-turn",)

    def build(self) -> EndOfTurn:
        return SmartTurn(self)


class SmartTurn:
    def __init__(self, config: SmartTurnConfig) -> None:
        from faster_whisper.feature_extractor import FeatureExtractor

        self._session = open_session(weights.path("smart-turn"), config.threads)
        self._features = FeatureExtractor(chunk_length=_SECONDS)

    def probability(self, audio: AudioChunk) -> float:
        if audio.sample_rate != _RATE:
            raise InvalidRequest(f"end of turn wants 16 kHz, not {audio.sample_rate} Hz")
        window = _window(from_pcm(audio.pcm))
        features = self._features(window, padding=0)[:, :_FRAMES].astype(np.float32)
        (answer,) = self._session.run(None, {"input_features": features[None]})
        return float(np.asarray(answer).flat[0])


def _window(samples: Samples) -> Samples:
    """The last eight seconds with zero mean and unit variance."""
    length = _SECONDS * _RATE
    last = samples[-length:]
    padded = np.pad(last, (length - len(last), 0))
    centred = padded - padded.mean()
    return (centred / np.sqrt(padded.var() + 1e-7)).astype(np.float32)
