"""What is heard around each frame of a film, as tokens of each latent frame."""

# pyright: reportUntypedBaseClass=false

from typing import Any

import torch
from torch import nn

from avatar_serving.flashhead.sizes import FilmSizes

WINDOW = 5
"""Frames of sound around each frame of the film."""
MIDDLE = WINDOW // 2


class SoundTokens(nn.Module):
    """The first latent frame is one frame of the film and hears its whole window. Each of the
    others is several: the first of them hears what was, the last what comes, the rest their own."""

    def __init__(self, sizes: FilmSizes) -> None:
        super().__init__()
        frame, hidden = sizes.audio_layers * sizes.audio_width, sizes.audio_hidden
        self.step, self.tokens = sizes.vae_stride[0], sizes.audio_tokens
        self.proj1 = nn.Linear(WINDOW * frame, hidden)
        self.proj1_vf = nn.Linear((WINDOW + self.step - 1) * frame, hidden)
        self.proj2 = nn.Linear(hidden, hidden)
        self.proj3 = nn.Linear(hidden, sizes.audio_tokens * sizes.dim)
        self.norm = nn.LayerNorm(sizes.dim)

    def forward(self, heard: Any) -> Any:
        """(b, latent frames, tokens, dim) of (b, frames, WINDOW, layers, width)."""
        groups = heard[:, 1:].unflatten(1, (-1, self.step))
        parts = (
            groups[:, :, :1, : MIDDLE + 1],
            groups[:, :, 1:-1, MIDDLE : MIDDLE + 1],
            groups[:, :, -1:, MIDDLE:],
        )
        later = torch.cat([part.flatten(2, 3) for part in parts], 2).flatten(2)
        first = self.proj1(heard[:, :1].flatten(2)).relu()
        hidden = torch.cat([first, self.proj1_vf(later).relu()], 1)
        tokens = self.proj3(self.proj2(hidden).relu()).unflatten(-1, (self.tokens, -1))
        return self.norm(tokens)
