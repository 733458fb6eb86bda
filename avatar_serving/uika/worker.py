"""``python -m avatar_serving.uika.worker FOLDER DEVICE``: the network in a process of its own.

Like `avatar_serving.lam.worker`; FOLDER holds ``model.safetensors``, and ``shape.json`` unless the
network is as large as the published one.
"""

from pathlib import Path
from typing import Any

import torch

from avatar_serving.lam.shape import read_shape
from avatar_serving.lam.worker import load, placed, run
from avatar_serving.uika.network import Uika
from avatar_serving.uika.shape import UikaShape

OURS = ("encoder.", "transformer.", "gs_decoder.")
"""Beginnings of the names in a checkpoint that are the network's; others tell where in a picture
which part of the head is, which is measured here."""


def open_network(folder: Path, device: str) -> "tuple[Uika, UikaShape]":
    shape = read_shape(folder, UikaShape)
    with torch.device("meta"):
        network = Uika(shape)
    load(network, folder, OURS)
    network = placed(network, device)
    network.encoder.model.rope_embed.float()  # angles want all their digits
    return network, shape


def attributes(network: Any, arrays: "dict[str, Any]") -> "dict[str, Any]":
    """Of ``pictures`` and ``unrolled`` (v, side, side, 3; uint8), ``gathered`` (map, map, 4) and
    ``places`` (n, 2), both float32, 0..1."""
    first = next(network.parameters())
    as_read = (torch.tensor(arrays[name]) for name in ("pictures", "unrolled"))
    shown = [each.to(first.device, first.dtype).permute(0, 3, 1, 2) / 255 for each in as_read]
    gathered = torch.tensor(arrays["gathered"]).to(first.device, first.dtype).permute(2, 0, 1)
    with torch.inference_mode():
        found = network(*shown, gathered, torch.tensor(arrays["places"]).to(first.device))
    return {name: value[0].float().cpu().numpy() for name, value in vars(found).items()}


def _opened(folder: Path, device: str) -> "tuple[Uika, int]":
    network, shape = open_network(folder, device)
    return network, shape.image_px


if __name__ == "__main__":
    run(_opened, attributes)
