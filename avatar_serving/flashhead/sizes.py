"""How large the network is, and how it cuts time."""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from avatar_serving.errors import StageFailed

FPS = 25
SECONDS = 8
"""Of sound that a stretch hears: what was said before counts for how a mouth moves."""
SAMPLES_A_FRAME = 640
"""At 16 kHz."""


class FilmSizes(BaseModel):
    """Of ``config.json`` beside the weights; the defaults are the published 1.3 billion."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    dim: int = 1536
    in_dim: int = 32
    """Channels of what is drawn and of the reference, together."""
    out_dim: int = 16
    ffn_dim: int = 8960
    freq_dim: int = 256
    num_heads: int = 12
    num_layers: int = 30
    eps: float = 1e-6
    vae_stride: tuple[int, int, int] = (4, 8, 8)
    """Frames, rows and columns that one latent stands for."""
    patch_size: tuple[int, int, int] = (1, 2, 2)
    audio_layers: int = 12
    audio_width: int = 768
    """Layers and width of what is heard."""
    audio_hidden: int = 512
    audio_tokens: int = 32
    """How many each latent frame attends to."""
    frames: int = 33
    """That are drawn at once; one more than a multiple of the latents' stride."""
    side: int = 512
    """Pixels."""
    history: int = 2
    """Latent frames of the stretch before that a stretch begins with."""

    @property
    def latent_frames(self) -> int:
        return (self.frames - 1) // self.vae_stride[0] + 1

    @property
    def past(self) -> int:
        """Frames of a stretch that the one before it showed."""
        return (self.history - 1) * self.vae_stride[0] + 1

    @property
    def new(self) -> int:
        """Frames of a stretch that are shown."""
        return self.frames - self.past


def home(folder: Path) -> Path:
    """Where ``config.json`` is: here, or in a folder below, as authors publish it."""
    found = sorted(folder.rglob("config.json"), key=lambda path: len(path.parts))
    return found[0].parent if found else folder


def read_sizes(folder: Path) -> FilmSizes:
    """Raises StageFailed: no such file, or one of something else."""
    try:
        return FilmSizes.model_validate(json.loads((folder / "config.json").read_text()))
    except (OSError, ValueError, ValidationError) as error:
        raise StageFailed("render", f"cannot read {folder}/config.json: {error}") from error
