"""Films as latents and back, by an autoencoder that diffusers know."""

import json
import threading
from pathlib import Path
from typing import Any

import torch

from avatar_serving.errors import StageFailed

KNOWN = ("AutoencoderKLWan", "AutoencoderKLLTXVideo")


class FilmLatents:
    """May be used from several threads: the autoencoder itself may not, for it keeps what it is
    working on."""

    def __init__(self, folder: Path, dtype: Any, device: Any) -> None:
        """Raises StageFailed: files of something else."""
        import diffusers

        try:
            kind = json.loads((folder / "config.json").read_text())["_class_name"]
            if kind not in KNOWN:
                raise ValueError(f"{kind} is none of {', '.join(KNOWN)}")
            vae: Any = getattr(diffusers, kind).from_pretrained(folder, local_files_only=True)
        except Exception as error:  # diffusers raise nearly anything on other files
            raise StageFailed("render", f"cannot load {folder}: {error}") from error
        self._vae, self._lock = vae.to(device, dtype).eval(), threading.Lock()
        self._mean, self._spread = (
            _numbers(vae, name).to(device, dtype).view(1, -1, 1, 1, 1)
            for name in ("latents_mean", "latents_std")
        )

    def encode(self, film: Any) -> Any:
        """(b, c, latent frames, h, w) of a film (b, 3, frames, height, width), -1..1."""
        with self._lock:
            found = self._vae.encode(film).latent_dist.mode()
        return (found - self._mean) / self._spread

    def decode(self, latents: Any) -> Any:
        with self._lock:
            return self._vae.decode(latents * self._spread + self._mean).sample


def _numbers(vae: Any, name: str) -> Any:
    """A buffer of some, an option of others."""
    options = dict(vae.named_buffers())
    return options[name] if name in options else torch.tensor(vae.config[name])
