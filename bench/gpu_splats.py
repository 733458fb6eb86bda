"""``python -m bench.gpu_splats [PACKAGE]``: how many avatars a GPU draws at once.

Prints rows for docs/benchmarks.md. Without PACKAGE the avatar is a card that fills the picture,
covered with as many splats; every stream has an avatar of its own.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from avatar_serving.avatars.plain import plain_package
from avatar_serving.avatars.sheet import pose_values
from avatar_serving.avatars.splat_view import load_scene
from avatar_serving.errors import AvatarError
from avatar_serving.torch_device import torch_device
from bench.gpu_machine import measured_gpus

if TYPE_CHECKING:
    from avatar_serving.splatting.bank import Shot

_FPS = 30
_TITLES = (
    "| picture | splats | GPU | at once | call p50 | p95 | frames/s | streams at 30 fps | memory |"
)


class Stage:
    """A bank, and a crowd of avatars to be drawn in one size."""

    def __init__(self, content: bytes, across: int, crowd: int, on_cpu: bool) -> None:
        import torch

        from avatar_serving.splatting.bank import Bank
        from avatar_serving.splatting.stack import of_scene

        self._device = torch_device("render", "cpu" if on_cpu else "cuda")
        scene = load_scene(content, 1 / across)
        self._avatars = [of_scene(scene, self._device) for _ in range(crowd)]
        self.splats = len(self._avatars[0].opacities)
        self.bank: Bank = Bank("render", self._device, crowd)
        self._behind = torch.ones((1, 1, 1, 3), device=self._device)

    def shots(self, count: int, moment: int, width: int, height: int) -> "list[Shot]":
        """Faces that all move, each in its own time."""
        from avatar_serving.splatting.bank import Shot

        behind = self._behind.expand(1, height, width, 3)
        return [
            Shot(avatar, _moving(moment + 7 * i), behind)
            for i, avatar in enumerate(self._avatars[:count])
        ]

    def memory(self) -> str:
        import torch

        if self._device.type != "cuda":
            return ""
        return f"{torch.cuda.max_memory_allocated() / 1e9:.1f} GB"


def _moving(moment: int) -> tuple[float, ...]:
    swing = float(np.sin(moment / 5))
    return pose_values({"jawOpen": abs(swing), "eyeBlink": abs(swing), "headYaw": 15 * swing})


def measure(stage: Stage, count: int, width: int, height: int, calls: int) -> list[float]:
    """Seconds that each call took, pictures on the CPU included; the first two are left out."""
    from avatar_serving.splatting.drawing import View

    size = max(width, height)
    view = View(size, (size - width) // 2, (size - height) // 2, width, height)
    took: list[float] = []
    for moment in range(calls + 2):
        shots = stage.shots(count, moment, width, height)
        began = time.perf_counter()
        stage.bank.draw(shots, view)
        took.append(time.perf_counter() - began)
    return took[2:]


def row(picture: str, splats: int, gpu: str, count: int, took: Sequence[float], memory: str) -> str:
    half, most = np.percentile(took, [50, 95]) * 1000
    frames = count * len(took) / sum(took)
    cells = (picture, str(splats), gpu, str(count), f"{half:.1f} ms", f"{most:.1f} ms")
    return f"| {' | '.join(cells)} | {frames:.0f} | {int(frames / _FPS)} | {memory} |"


def main(
    package: Annotated[Path | None, typer.Argument(help="An avatar to draw.")] = None,
    at_once: Annotated[list[int] | None, typer.Option(help="Avatars; may be repeated.")] = None,
    across: Annotated[int, typer.Option(help="See splats_across in docs/options.md.")] = 100,
    calls: int = 30,
    on_cpu: Annotated[bool, typer.Option(help="Try the program itself, slowly.")] = False,
) -> None:
    """Measure 512 x 512 and 1280 x 720 at several numbers of avatars."""
    gpus = measured_gpus(on_cpu)
    crowd = at_once or [1, 8, 32, 64, 128, 256]
    content = package.read_bytes() if package else plain_package(_picture())
    gpu = "none" if on_cpu else gpus[0].name
    print(_TITLES, "|---" * 9 + "|", sep="\n")
    try:
        stage = Stage(content, across, max(crowd), on_cpu)
        for width, height in ((48, 48), (64, 36)) if on_cpu else ((512, 512), (1280, 720)):
            for count in crowd:
                took = measure(stage, count, width, height, calls)
                picture = f"{width}x{height}"
                print(row(picture, stage.splats, gpu, count, took, stage.memory()), flush=True)
    except AvatarError as error:
        raise SystemExit(error.message) from error


def _picture() -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    return np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)


if __name__ == "__main__":
    typer.run(main)
