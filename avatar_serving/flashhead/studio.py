"""Draws stretches of films of many sessions together, in a few steps from noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from avatar_serving.errors import StageFailed
from avatar_serving.flashhead.latents import FilmLatents
from avatar_serving.flashhead.sizes import FilmSizes, home, read_sizes
from avatar_serving.flashhead.transformer import FilmTransformer

TIMES = 1000.0
SHIFT = 5.0
"""How much longer it stays with coarse things than with fine ones."""
UNUSED = ("text_embedding.", "audio_emb.", "img_emb.")
"""Beginnings of names in checkpoints that nothing is computed with."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """What is asked."""

    reference: Any
    """(c, latent frames, h, w): the still picture."""
    history: Any
    """(c, f, h, w): the latent frames that the stretch begins with."""
    heard: NDArray[np.float32]
    """(frames, 5, layers, width)"""
    seed: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    frames: NDArray[np.uint8]
    """(frames, side, side, 3); the first ones are those of the history."""
    history: Any
    """What the next stretch begins with."""


class FilmStudio:
    def __init__(self, model: Path, vae: Path, steps: int, dtype: Any, device: Any) -> None:
        """Raises StageFailed: files of something else."""
        model = home(model)
        self.sizes: FilmSizes = read_sizes(model)
        self._network = _loaded(model, self.sizes).to(device, dtype).eval()
        self._latents = FilmLatents(home(vae), dtype, device)
        self._times = _times(steps)
        self._dtype, self._device = dtype, device

    def reference(self, picture: NDArray[np.uint8]) -> Any:
        """Latents of a film that stands still: (c, latent frames, h, w) of (side, side, 3)."""
        with torch.inference_mode():
            still = torch.from_numpy(picture).to(self._device).permute(2, 0, 1)
            still = (still.to(self._dtype) / 127.5 - 1)[None, :, None]
            return self._latents.encode(still.expand(-1, -1, self.sizes.frames, -1, -1))[0]

    def history(self, frames: NDArray[np.uint8]) -> Any:
        """Latents (c, f, h, w) of the *frames* (past, side, side, 3) that a stretch begins with."""
        with torch.inference_mode():
            film = torch.from_numpy(frames).to(self._device).permute(3, 0, 1, 2)
            return self._latents.encode((film.to(self._dtype) / 127.5 - 1)[None])[0]

    def draw(self, asked: Sequence[Stretch]) -> list[Drawn]:
        """Stretches with histories of one length."""
        with torch.inference_mode():
            reference = torch.stack([each.reference for each in asked])
            history = torch.stack([each.history for each in asked])
            sound = np.stack([each.heard for each in asked])
            heard = torch.from_numpy(sound).to(self._device, self._dtype)
            latents = self._denoised(reference, history, heard, [each.seed for each in asked])
            film = self._latents.decode(latents)
            past = self._latents.encode(film[:, :, -self.sizes.past :].to(self._dtype))
            pixels = ((film.float() + 1) * 127.5).round().clamp(0, 255).byte()
        frames = pixels.permute(0, 2, 3, 4, 1).cpu().numpy()
        return [Drawn(shown, own) for shown, own in zip(frames, past, strict=True)]

    def _denoised(
        self, reference: Any, history: Any, heard: Any, seeds: Sequence[tuple[int, int]]
    ) -> Any:
        """Consistency steps: what the picture will be is guessed whole, then less noise is put
        over it again. The history stays what it was."""
        chance = [_chance(seed) for seed in seeds]
        known = history.shape[2]
        latents = self._noise(reference, chance)
        for time, following in zip(self._times[:-1], self._times[1:], strict=True):
            latents[:, :, :known] = history
            flow = self._network(latents, reference, heard, time * TIMES)
            guess = latents - flow * time
            latents = (1 - following) * guess + following * self._noise(reference, chance)
        latents[:, :, :known] = history
        return latents

    def _noise(self, like: Any, chance: Sequence[Any]) -> Any:
        """Of each stretch its own, whoever shares its batch."""
        drawn = [torch.randn(like.shape[1:], generator=each) for each in chance]
        return torch.stack(drawn).to(self._device, self._dtype)


def _chance(seed: tuple[int, int]) -> Any:
    return torch.Generator().manual_seed(seed[0] * 1_000_003 + seed[1])


def _times(steps: int) -> list[float]:
    """From 1 (noise alone) down to 0."""
    even = [1 - number / steps for number in range(steps + 1)]
    return [SHIFT * time / (1 + (SHIFT - 1) * time) for time in even]


def _loaded(folder: Path, sizes: FilmSizes) -> Any:
    from safetensors.torch import load_file

    with torch.device("meta"):
        network = FilmTransformer(sizes)
    state: dict[str, Any] = {}
    try:
        for file in sorted(folder.glob("*.safetensors")):
            state |= load_file(str(file))
        known = {name: tensor for name, tensor in state.items() if not name.startswith(UNUSED)}
        network.load_state_dict(known, strict=True, assign=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise StageFailed("render", f"cannot load {folder}: {error}") from error
    return network
