"""What wav2vec 2.0 hears in the sound around a stretch of film: always in a window of one length,
which ends with the stretch, so that a stretch sounds the same whatever comes after it."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from avatar_serving.errors import StageFailed
from avatar_serving.flashhead.sizes import FPS, SAMPLES_A_FRAME, SECONDS
from avatar_serving.flashhead.sound_tokens import MIDDLE, WINDOW
from avatar_serving.samples import Samples


class Ears:
    def __init__(self, folder: Path, dtype: Any, device: Any) -> None:
        """Raises StageFailed: files of something else."""
        from transformers import Wav2Vec2Model

        try:
            model: Any = Wav2Vec2Model.from_pretrained(folder, local_files_only=True)
            if model.config.do_stable_layer_norm:
                raise ValueError("only networks that norm after each layer are known")
        except (OSError, ValueError) as error:
            raise StageFailed("render", f"cannot load {folder}: {error}") from error
        self._model = model.to(device, dtype).eval()
        self._dtype, self._device = dtype, device

    def heard(self, samples: Samples, end: int, frames: int) -> NDArray[np.float32]:
        """(frames, WINDOW, layers, width): around each of the *frames* before frame *end*."""
        with torch.inference_mode():
            sound = torch.from_numpy(_window(samples, end)).to(self._device, self._dtype)
            vectors = self._layers(sound[None]).float().cpu().numpy()
        count = len(vectors)
        at = np.arange(count - frames, count)[:, None] + np.arange(WINDOW) - MIDDLE
        return vectors[np.clip(at, 0, count - 1)]

    def _layers(self, sound: Any) -> Any:
        """(SECONDS * FPS, layers, width)"""
        model = self._model
        features = model.feature_extractor(sound)
        steps = SECONDS * FPS
        features = functional.interpolate(features, steps, mode="linear", align_corners=True)
        hidden, _ = model.feature_projection(features.transpose(1, 2))
        encoder, found = model.encoder, list[Any]()
        hidden = encoder.layer_norm(hidden + encoder.pos_conv_embed(hidden))
        for layer in encoder.layers:
            told = layer(hidden)
            hidden = told[0] if isinstance(told, tuple) else told
            found.append(hidden)
        return torch.stack(found, 2)[0]


def _window(samples: Samples, end: int) -> Samples:
    """SECONDS before frame *end*, even in loudness; silence where there is nothing."""
    last, count = end * SAMPLES_A_FRAME, SECONDS * FPS * SAMPLES_A_FRAME
    own = samples[max(0, last - count) : last]
    before = max(0, count - last)
    padded = np.pad(own, (before, count - before - len(own)))
    return ((padded - padded.mean()) / np.sqrt(padded.var() + 1e-7)).astype(np.float32)
