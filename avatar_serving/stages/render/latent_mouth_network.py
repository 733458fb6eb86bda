"""Draws the lower half of a face anew, as it says what is heard: in one step, in a VAE's latents.

After MuseTalk 1.5 (Y. Zhang et al., arXiv 2410.10122), written anew: the UNet of Stable Diffusion 1
(diffusers), without noise, sees the face with its lower half covered and the whole face beside it,
and attends to what Whisper's encoder makes of the sound.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import StageFailed
from avatar_serving.stages.render.drawing import Pixels

SIDE = 256
"""Pixels of a face's side."""
HEARD = 10
"""Steps of 20 ms of sound that a frame attends to: four before it, six from it on."""
UNET: Mapping[str, Any] = {
    "in_channels": 8, "out_channels": 4, "sample_size": 64, "layers_per_block": 2,
    "block_out_channels": (320, 640, 1280, 1280), "attention_head_dim": 8,
    "cross_attention_dim": 384,
    "down_block_types": ("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
    "up_block_types": ("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3,
}  # fmt: skip
"""Of the published network, as diffusers name it."""


@dataclass(frozen=True, slots=True)
class MouthFiles:
    """Folders as their authors publish them."""

    unet: Path
    """MuseTalk's (``musetalk.json``, ``unet.pth``), or one that diffusers wrote."""
    vae: Path


class MouthNetwork:
    def __init__(self, files: MouthFiles, dtype: Any, device: Any) -> None:
        """Raises StageFailed: files of something else."""
        import torch
        from diffusers import AutoencoderKL

        try:
            self._unet = _unet(files.unet).to(device, dtype).eval()
            vae: Any = AutoencoderKL.from_pretrained(files.vae, local_files_only=True)
        except Exception as error:  # torch and diffusers raise nearly anything on other files
            raise StageFailed("render", f"cannot load {files}: {error}") from error
        self._vae = vae.to(device, dtype).eval()
        self._scale: float = self._vae.config.scaling_factor
        self._side = SIDE
        width: int = self._unet.config.cross_attention_dim
        self._places = torch.from_numpy(_places(512, width)).to(device, dtype)

    def redraw(self, faces: Sequence[Pixels], heard: Sequence[NDArray[np.float32]]) -> list[Pixels]:
        """*faces* (side, side, 3), and for each what is heard (tokens x width)."""
        import torch

        with torch.inference_mode():
            like = self._places
            shown = torch.from_numpy(np.stack(faces)).to(like.device).permute(0, 3, 1, 2)
            shown = shown.to(like.dtype) / 127.5 - 1
            tokens = torch.from_numpy(np.stack(heard)).to(like.device, like.dtype)
            drawn = self._decoded(self._said(self._seen(shown), tokens))
        return list(drawn.permute(0, 2, 3, 1).cpu().numpy())

    def _seen(self, shown: Any) -> Any:
        """n x 8 x h x w: the face without its lower half, and the whole of it."""
        import torch

        covered = shown.clone()
        covered[:, :, shown.shape[2] // 2 :] = -1
        both = self._vae.encode(torch.cat([covered, shown])).latent_dist.mode() * self._scale
        return torch.cat(both.chunk(2), dim=1)

    def _said(self, seen: Any, tokens: Any) -> Any:
        placed = tokens + self._places[: tokens.shape[1]]
        return self._unet(seen, 0, encoder_hidden_states=placed).sample

    def _decoded(self, latents: Any) -> Any:
        drawn = self._vae.decode(latents / self._scale).sample.float()
        return ((drawn + 1) * 127.5).round().clamp(0, 255).byte()


def _unet(folder: Path) -> Any:
    import torch
    from diffusers import UNet2DConditionModel

    found = sorted(folder.rglob("unet.pth"))
    if not found:
        return UNet2DConditionModel.from_pretrained(folder, local_files_only=True)
    described = found[0].with_name("musetalk.json")
    told = json.loads(described.read_text()) if described.is_file() else UNET
    unet: Any = UNet2DConditionModel.from_config({**told})
    # Only tensors are unpickled; a checkpoint that wants more is refused.
    unet.load_state_dict(torch.load(found[0], "cpu", weights_only=True))
    return unet


def _places(count: int, width: int) -> NDArray[np.float32]:
    """count x width: sines and cosines in turn (A. Vaswani et al., NeurIPS 2017)."""
    rates = np.exp(np.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angles = np.arange(count)[:, None] * rates
    return np.stack([np.sin(angles), np.cos(angles)], axis=2).reshape(count, width).astype("f4")
