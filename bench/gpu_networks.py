"""``python -m bench.gpu_networks``: how long the networks of the GPU engines take, at full size.

Prints rows for docs/benchmarks.md. Weights are random: neither time nor memory depends on them.
What engines do before and after (reading, cutting, encoding a video) is not in the figures.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from avatar_serving.torch_device import torch_device
from bench.gpu_machine import measured_gpus

if TYPE_CHECKING:
    pass

_TITLES = "| network | one call | parameters | dtype | GPU | at once | p50 | p95 | memory |"
_BATCHES = 1, 8
_LINE_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Network:
    """On a device, with what it is asked there."""

    module: Any
    call: Callable[[int], Any]
    """Computes so many at once."""


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    call: str
    """What comes of it."""
    made: Callable[[bool, Any], Network]
    """*tiny*, dtype; on the device that torch is set to."""


def lam(tiny: bool, dtype: Any) -> Network:
    import torch

    from avatar_serving.lam.network import Lam
    from avatar_serving.lam.shape import LamShape

    shape = LamShape()
    if tiny:
        shape = LamShape(28, 14, 16, 4, 2, 2, (1, 3), 16, 2, 2, 8, 8)
    module = Lam(shape).to(dtype)
    module.pcl_embed.float()
    points = torch.rand(1, 50 if tiny else 20_018, 3)

    def call(count: int) -> Any:
        picture = torch.rand(count, 3, shape.image_px, shape.image_px, dtype=dtype)
        return module(picture, points.expand(count, -1, -1)).colour

    return Network(module, call)


def uika(tiny: bool, dtype: Any) -> Network:
    """Of one person at a time, and so many pictures."""
    import torch

    from avatar_serving.uika.network import Uika
    from avatar_serving.uika.shape import UikaShape

    shape = UikaShape()
    if tiny:
        shape = UikaShape(
            32, 16, 16, 4, 2, 2, (1, 3), 16, 4, 2, 4, (8, 8, 16, 16), 8, 8
        )  # fmt: skip
    module = Uika(shape).to(dtype)
    module.encoder.model.rope_embed.float()
    gathered = torch.rand(4, shape.map_px, shape.map_px, dtype=dtype)
    places = torch.rand(50 if tiny else 15_000, 2)

    def call(count: int) -> Any:
        pictures = torch.rand(count, 3, shape.image_px, shape.image_px, dtype=dtype)
        return module(pictures, pictures, gathered, places).colour

    return Network(module, call)


def flashhead(tiny: bool, dtype: Any) -> Network:
    import torch

    from avatar_serving.flashhead.sizes import FilmSizes
    from avatar_serving.flashhead.transformer import FilmTransformer

    sizes = FilmSizes()
    if tiny:
        sizes = FilmSizes(
            dim=24, in_dim=8, out_dim=4, ffn_dim=32, freq_dim=16, num_heads=2, num_layers=2,
            audio_layers=2, audio_width=16, audio_hidden=8, audio_tokens=3, frames=9, side=32,
        )  # fmt: skip
    module, side = FilmTransformer(sizes).to(dtype), sizes.side // sizes.vae_stride[1]

    def call(count: int) -> Any:
        latents = torch.rand(count, sizes.out_dim, sizes.latent_frames, side, side, dtype=dtype)
        heard = (count, sizes.frames, 5, sizes.audio_layers, sizes.audio_width)
        return module(latents, latents, torch.rand(heard, dtype=dtype), 1000.0)

    return Network(module, call)


def wav2vec(tiny: bool, dtype: Any) -> Network:
    from avatar_serving.stages.animate import wav2vec_network as network
    from avatar_serving.stages.animate.wav2vec_windows import SAMPLES

    shape = network.NetworkShape()
    if tiny:
        encoder = network.EncoderShape(
            conv_dim=(8,) * 7, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
            intermediate_size=16, num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2,
        )  # fmt: skip
        shape = network.NetworkShape(encoder=encoder, width=16, style_width=4)
    parts = network.network_parts(shape).to(dtype)
    whole = network.Wav2VecNetwork(shape, parts)
    window = np.random.default_rng(0).normal(0, 0.1, SAMPLES).astype(np.float32)
    return Network(parts, lambda count: whole.weights([window] * count, 0))


def cosyvoice_speaker(tiny: bool, dtype: Any) -> Network:
    """A step with half of a line written."""
    import torch

    from avatar_serving.cosyvoice.sizes import SpeakerSizes
    from avatar_serving.cosyvoice.speaker import Room, Speaker

    sizes: SpeakerSizes = SpeakerSizes()
    if tiny:
        sizes = SpeakerSizes(32, 16, 2, 4, 2, 24, 24, 8, 1e4, 3)
    module = Speaker(sizes).to(dtype)
    room = Room(sizes, max(_BATCHES), _LINE_TOKENS, module.embed_tokens.weight)

    def call(count: int) -> Any:
        slots, places = torch.arange(count), torch.full((count,), _LINE_TOKENS // 2)
        return module(torch.rand(count, 1, sizes.width, dtype=dtype), room, slots, places)

    return Network(module, call)


CASES = (
    Case("LAM", "an avatar's splats", lam),
    Case("UIKA", "one avatar's splats of so many pictures", uika),
    Case("FlashHead", "a step (of 4) of 1.1 s of film", flashhead),
    Case("wav2vec 2.0 and a face", "a window of 2.1 s of sound", wav2vec),
    Case("CosyVoice 3, language model", "a speech token (40 ms)", cosyvoice_speaker),
)


def measure(network: Network, count: int, calls: int, device: Any) -> list[float]:
    """Seconds that each call took; the first two are left out."""
    import torch

    took: list[float] = []
    for _ in range(calls + 2):
        began = time.perf_counter()
        network.call(count)
        if device.type == "cuda":
            torch.cuda.synchronize()
        took.append(time.perf_counter() - began)
    return took[2:]


def rows(case: Case, gpu: str, calls: int, on_cpu: bool) -> None:
    """Print one for each number at once; where memory lacks, that."""
    import torch

    device = torch_device("render", "cpu" if on_cpu else "cuda")
    with torch.inference_mode(), torch.device(device):
        network = case.made(on_cpu, torch.bfloat16)
        network.module.eval()
        size = sum(each.numel() for each in network.module.parameters()) / 1e6
        for count in _BATCHES:
            cells = (case.name, case.call, f"{size:.1f} M", "bfloat16", gpu, str(count))
            try:
                half, most = np.percentile(measure(network, count, calls, device), [50, 95]) * 1000
                told = f"{half:.1f} ms | {most:.1f} ms | {_memory(device)}"
            except torch.OutOfMemoryError:
                told = "out of memory | |"
            print(f"| {' | '.join(cells)} | {told} |", flush=True)


def _memory(device: Any) -> str:
    import torch

    if device.type != "cuda":
        return ""
    most = torch.cuda.max_memory_allocated() / 1e9
    torch.cuda.reset_peak_memory_stats()
    return f"{most:.1f} GB"


def main(
    calls: int = 20,
    on_cpu: Annotated[bool, typer.Option(help="Try the program itself, on tiny networks.")] = False,
) -> None:
    """Measure each network at full size, alone and eight at once."""
    gpus = measured_gpus(on_cpu)
    print(_TITLES, "|---" * 9 + "|", sep="\n")
    for case in CASES:
        rows(case, "none" if on_cpu else gpus[0].name, calls, on_cpu)


if __name__ == "__main__":
    typer.run(main)
