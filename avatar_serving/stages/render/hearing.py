"""What Whisper's encoder makes of sound, 50 times a second, layer by layer."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import StageFailed
from avatar_serving.media import AudioChunk
from avatar_serving.samples import Samples, from_pcm, resampled

RATE, STEPS_A_SECOND = 16_000, 50
_STEP = RATE // STEPS_A_SECOND
"""Samples for each vector."""
_MARGIN = 25
"""Vectors at both ends of a window that another one hears better."""


class Hearing:
    def __init__(self, folder: Path, dtype: Any, device: Any) -> None:
        """Raises StageFailed: files of something else."""
        from transformers import WhisperFeatureExtractor, WhisperModel

        try:
            self._spectrum: Any = WhisperFeatureExtractor.from_pretrained(
                folder, local_files_only=True
            )
            model: Any = WhisperModel.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            raise StageFailed("render", f"cannot load {folder}: {error}") from error
        self._encoder = model.encoder.to(device, dtype).eval()
        self._dtype, self._device = dtype, device

    def vectors(self, samples: Samples) -> NDArray[np.float32]:
        """steps x layers x width of sound at 16 kHz, as long as it is."""
        count = -(-len(samples) // _STEP)
        window = self._spectrum.n_samples // _STEP
        own = window - 2 * _MARGIN
        padded = np.pad(samples, (_MARGIN * _STEP, (window + own) * _STEP))
        pieces = [
            self._window(padded[first * _STEP : (first + window) * _STEP])[_MARGIN:][:own]
            for first in range(0, max(count, 1), own)
        ]
        return np.concatenate(pieces)[:count]

    def _window(self, samples: Samples) -> NDArray[np.float32]:
        import torch

        spectrum = self._spectrum(samples, sampling_rate=RATE, return_tensors="pt")
        with torch.inference_mode():
            features = spectrum.input_features.to(self._device, self._dtype)
            layers = self._encoder(features, output_hidden_states=True).hidden_states
            return torch.stack(layers, dim=2)[0].float().cpu().numpy()


def at_16_khz(audio: AudioChunk) -> Samples:
    return resampled(from_pcm(audio.pcm), audio.sample_rate, RATE)


def around(vectors: NDArray[np.float32], at: int, before: int, count: int) -> NDArray[np.float32]:
    """(count * layers) x width: *count* steps from *before* steps before step *at*; beyond the
    ends there is nothing."""
    found = np.zeros((count, *vectors.shape[1:]), np.float32)
    first = at - before
    low, high = max(0, first), min(len(vectors), first + count)
    if low < high:
        found[low - first : high - first] = vectors[low:high]
    return found.reshape(-1, vectors.shape[2])
