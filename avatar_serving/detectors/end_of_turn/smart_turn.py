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
_HOP = 160
_PAUSE_S = 0.1
_QUIET = 0.02
"""Under this share of the loudest moment is silence, or the room."""


class SmartTurnConfig(EndOfTurnEngineConfig):
    engine: Literal["smart_turn"] = "smart_turn"
    threads: int = Field(default=1, ge=1)
    """Threads that judge one pause."""
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
        window = _window(_without_pause(from_pcm(audio.pcm)))
        features = self._features(window, padding=0)[:, :_FRAMES].astype(np.float32)
        (answer,) = self._session.run(None, {"input_features": features[None]})
        return float(np.asarray(answer).flat[0])


def _without_pause(samples: Samples) -> Samples:
    """Cut the silence at the end to a tenth of a second.

    The model takes a longer one as a sign that the turn is over, whatever the words sounded like.
    """
    hops = samples[: len(samples) // _HOP * _HOP].reshape(-1, _HOP)
    loudness = np.sqrt(np.square(hops).mean(axis=1))
    loud = np.flatnonzero(loudness > _QUIET * loudness.max(initial=0.0))
    if not len(loud):
        return samples
    return samples[: (int(loud[-1]) + 1) * _HOP + round(_PAUSE_S * _RATE)]


def _window(samples: Samples) -> Samples:
    """The last eight seconds with zero mean and unit variance."""
    length = _SECONDS * _RATE
    last = samples[-length:]
    padded = np.pad(last, (length - len(last), 0))
    centred = padded - padded.mean()
    return (centred / np.sqrt(padded.var() + 1e-7)).astype(np.float32)
