"""Portraits by a generator that was trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import NotFound
from avatar_serving.gan.networks import NOISE, generator
from avatar_serving.torch_device import Device, memory_errors, torch_device

CHECKPOINT_FILE = "checkpoint.pt"
_STAGE = "portraits"


def draw(folder: Path, seeds: Sequence[int], device: Device) -> NDArray[np.uint8]:
    """(n, 128, 128, 3): a portrait for each of *seeds*, the same each time.

    Raises:
        NotFound: nothing was trained in *folder*.
        OutOfMemory, StageFailed: as `torch_device` says.
    """
    where = torch_device(_STAGE, device)
    import torch

    if not (file := folder / CHECKPOINT_FILE).exists():
        raise NotFound("kind of portrait", folder.name)
    with memory_errors(_STAGE):
        network = generator().to(where)
        network.load_state_dict(torch.load(file, where, weights_only=True)["mean"])
        return drawn(network, noise(seeds))


def noise(seeds: Sequence[int], kind: int = 0) -> NDArray[np.float32]:
    """(n, NOISE): standard normals, those of a seed whatever its neighbours are."""
    return np.stack(
        [np.random.default_rng((kind, seed)).standard_normal(NOISE, np.float32) for seed in seeds]
    )


def drawn(network: Any, normals: NDArray[np.float32]) -> NDArray[np.uint8]:
    import torch

    network.eval()
    where = next(network.parameters()).device
    with torch.inference_mode():
        pictures = network(torch.from_numpy(normals).to(where)).permute(0, 2, 3, 1).cpu().numpy()
    return ((pictures + 1) * 127.5).round().clip(0, 255).astype(np.uint8)


def sheet_of(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One picture of them all, in rows as long as there are rows or longer."""
    count, side = len(pictures), pictures.shape[1]
    columns = int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    sheet = np.full((rows * side, columns * side, 3), 255, np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * side, index % columns * side
        sheet[top : top + side, left : left + side] = picture
    return sheet
