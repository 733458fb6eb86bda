"""The network: a wav2vec 2.0 encoder, a style, six convolutions, 52 weights for each 1/30 s.

After LAM-Audio2Expression (Y. He et al., LAM, SIGGRAPH 2025), written anew. wav2vec 2.0: A. Baevski
et al., NeurIPS 2020. Its features, 50 a second, are drawn to the frames before the transformer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from avatar_serving.media import ARKIT
from avatar_serving.samples import Samples
from avatar_serving.stages.animate.wav2vec_windows import FRAMES


class _Numbers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderShape(_Numbers):
    """As transformers name them; by default wav2vec2-base."""

    conv_dim: tuple[int, ...] = (512,) * 7
    hidden_size: int = 768
    num_hidden_layers: int = 12
    num_attention_heads: int = 12
    intermediate_size: int = 3072
    num_conv_pos_embeddings: int = 128
    num_conv_pos_embedding_groups: int = 16


class NetworkShape(_Numbers):
    """``config.json`` beside the weights; by default that of LAM-Audio2Expression."""

    encoder: EncoderShape = EncoderShape()
    width: int = 512
    styles: int = 12
    style_width: int = 64
    channels: tuple[str, ...] = tuple(sorted(ARKIT))
    """What the network's outputs are, in its order."""


def network_parts(shape: NetworkShape) -> Any:
    """The parts, with random weights; a ``torch.nn.ModuleDict``."""
    from torch import nn
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    quiet = dict.fromkeys(("mask_time_prob", "mask_feature_prob", "layerdrop"), 0.0)
    config = Wav2Vec2Config(**shape.encoder.model_dump(), **quiet)
    width, style = shape.width, shape.style_width
    bypasses = [nn.Conv1d(width + style, width, 3, padding=1), nn.Identity(), nn.Identity()]
    return nn.ModuleDict(
        {
            "encoder": Wav2Vec2Model(config),
            "narrow": nn.Linear(shape.encoder.hidden_size, width),
            "style": nn.Linear(shape.styles, style),
            "mix": nn.ModuleList(
                nn.ModuleDict({**_layer(width + style if i == 0 else width, width), "bypass": b})
                for i, b in enumerate(bypasses)
            ),
            "form": nn.ModuleList(nn.ModuleDict(_layer(width, width)) for _ in range(3)),
            "weights": nn.Linear(width, len(shape.channels)),
        }
    )


def _layer(taken: int, given: int) -> dict[str, Any]:
    from torch import nn

    return {"conv": nn.Conv1d(taken, given, 3, padding=1), "norm": nn.LayerNorm(given)}


class Wav2VecNetwork:
    """Windows of sound in, weights of the face out. For one thread at a time."""

    def __init__(self, shape: NetworkShape, parts: Any) -> None:
        self._parts = parts.eval()
        self._styles = shape.styles
        self._columns = [shape.channels.index(name) for name in ARKIT]

    def weights(self, windows: Sequence[Samples], style: int) -> list[NDArray[np.float32]]:
        """FRAMES x 52 in 0..1, in the order of ARKIT, for each window (16 kHz)."""
        import torch

        first = self._parts["weights"].weight
        with torch.inference_mode():
            sound = torch.from_numpy(np.stack(windows)).to(first.device, first.dtype)
            shown = torch.sigmoid(self._forward(sound, style)).float().cpu().numpy()
        return list(shown[:, :, self._columns])

    def _forward(self, sound: Any, style: int) -> Any:
        """batch x samples to batch x FRAMES x channels, before the sigmoid."""
        import torch
        from torch.nn import functional

        parts = self._parts
        features = parts["encoder"].feature_extractor(sound)
        features = functional.interpolate(features, FRAMES, mode="linear", align_corners=True)
        hidden, _ = parts["encoder"].feature_projection(features.transpose(1, 2))
        hidden = parts["narrow"](parts["encoder"].encoder(hidden).last_hidden_state)
        chosen = functional.one_hot(torch.tensor(style, device=sound.device), self._styles)
        told = parts["style"](chosen.to(sound.dtype)).expand(*hidden.shape[:2], -1)
        mixed = torch.cat([hidden, told], dim=2).transpose(1, 2)
        for layer in parts["mix"]:
            mixed = _normed(layer, mixed, layer["bypass"](mixed))
        for layer in parts["form"]:
            mixed = _normed(layer, mixed, 0.0)
        return parts["weights"](mixed.transpose(1, 2))


def _normed(layer: Any, signal: Any, added: Any) -> Any:
    """batch x width x time, the same."""
    normed = layer["norm"](layer["conv"](signal).transpose(1, 2)).transpose(1, 2)
    return (normed + added).relu()
