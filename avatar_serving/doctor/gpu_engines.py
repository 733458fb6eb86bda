"""What engines that compute on a GPU take of its memory, beside the models that vLLM holds.

Arithmetic from shapes, in the default precision: none of it was measured on a GPU.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from avatar_serving.config import STAGES, Profile
from avatar_serving.stages.base import StageConfig
from avatar_serving.stages.tts.by_voice import ByVoiceConfig
from avatar_serving.weights.library import Library
from avatar_serving.weights.lock import total_size

_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Need:
    """What one piece of work takes while it is computed."""

    bytes_each: int
    what: str
    option: str = ""
    """Of the engine: how many at the same time; empty: one."""


NEEDS: Mapping[str, Need] = {
    # Keys and values of 24 layers, 2 heads of 64, 1,024 tokens, 2 bytes; and the decoder's stretch.
    "cosyvoice": Need(60 * _MB, "lines that are spoken", "lines"),
    # Keys and values of 28 layers, 8 heads of 128, 500 frames and words, 2 bytes.
    "qwen": Need(60 * _MB, "lines that are spoken", "lines"),
    # Keys and values of 1,500 frames for each decoder layer, and the encoder's widest layer.
    "faster_whisper": Need(60 * _MB, "utterances", "batch"),
    # 34,000 samples: 6,800 x 512 numbers after the first convolution, three times.
    "wav2vec": Need(20 * _MB, "windows of 2 s of sound", "batch"),
    # 256 x 256 x 128 channels through the autoencoder, twice, and the UNet.
    "latent_mouth": Need(150 * _MB, "frames", "batch"),
    # 9,216 tokens x 8,960, and four frames of 512 x 512 x 192 in the autoencoder, three times.
    "flashhead": Need(2_000 * _MB, "stretches of 1.1 s of film", "batch"),
    # 33,000 splats with 53 morphs, and what a call needs of them.
    "gsplat": Need(20 * _MB, "avatars in memory", "kept_scenes"),
    # 15,000 splats with 53 morphs in nine poses, and what is kept for their gradients.
    "fit": Need(1_000 * _MB, "avatar"),
    # 22,000 tokens x 1,024 through a block with its feed-forward part.
    "lam": Need(1_000 * _MB, "avatar"),
    # 9,216 tokens of the map, 2,048 for each of eight pictures, and a map of 384 x 384 x 256.
    "uika": Need(1_500 * _MB, "avatar"),
    # 1,024 x 1,024 x 128 channels through the autoencoder, and the UNet.
    "diffusion": Need(1_000 * _MB, "pictures", "batch"),
}


@dataclass(frozen=True, slots=True)
class GpuEngine:
    stage: str
    engine: str
    files_bytes: int
    """Of its weights; what is loaded in fewer bits takes less."""
    need: Need
    at_once: int

    @property
    def bytes(self) -> int:
        return self.files_bytes + self.at_once * self.need.bytes_each


def gpu_engines(profile: Profile, shelf: Library) -> Iterator[GpuEngine]:
    for stage in STAGES:
        config = profile.stage(stage)
        parts = config.engines if isinstance(config, ByVoiceConfig) else (config,)
        for part in parts:
            options = part.model_dump(include={"engine", "device"})
            need = NEEDS.get(options["engine"])
            if need is not None and options.get("device", "cuda") == "cuda":
                yield _engine(stage, options["engine"], part, need, shelf)


def _engine(stage: str, name: str, config: StageConfig, need: Need, shelf: Library) -> GpuEngine:
    files = sum(total_size(shelf.get(each)) for each in config.required_weights())
    at_once = config.model_dump()[need.option] if need.option else 1
    return GpuEngine(stage, name, files, need, at_once)
