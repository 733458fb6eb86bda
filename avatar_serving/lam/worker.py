"""``python -m avatar_serving.lam.worker FOLDER DEVICE``: the network in a process of its own.

Says ``ready``, then answers pictures with Gaussians until its input ends. FOLDER holds
``model.safetensors``, and ``shape.json`` unless it is LAM-20K.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import torch

from avatar_serving.child import worker
from avatar_serving.child.wire import read_message, write_message
from avatar_serving.lam.network import Lam
from avatar_serving.lam.shape import LamShape, read_shape

OURS = ("encoder.", "pcl_embed.", "transformer.", "renderer.mlp_net.", "renderer.gs_net.")
"""Beginnings of the names in a checkpoint that are the network's; others are of a head model."""


def open_network(folder: Path, device: str) -> "tuple[Lam, LamShape]":
    shape = read_shape(folder, LamShape)
    with torch.device("meta"):
        network = Lam(shape)
    load(network, folder, OURS)
    network = placed(network, device)
    network.pcl_embed.float()  # short numbers cannot tell apart points of one patch
    return network, shape


def load(network: Any, folder: Path, ours: "tuple[str, ...]") -> None:
    """Fill a network without memory from the one ``.safetensors``: with what begins by *ours*.

    Raises:
        RuntimeError: its names or shapes are others, or there is not one such file.
    """
    from safetensors.torch import load_file

    if len(files := sorted(folder.glob("*.safetensors"))) != 1:
        raise RuntimeError(f"{folder} holds {len(files)} files of weights; one is needed")
    state = load_file(str(files[0]))
    known = {name: tensor for name, tensor in state.items() if name.startswith(ours)}
    network.load_state_dict(known, strict=True, assign=True)


def placed(network: Any, device: str) -> Any:
    return network.to(device, torch.bfloat16 if device == "cuda" else torch.float32).eval()


def attributes(network: Any, arrays: "dict[str, Any]") -> "dict[str, Any]":
    """Of ``picture`` (side, side, 3; uint8) and ``points`` (n, 3; m)."""
    first = next(network.parameters())
    picture = torch.tensor(arrays["picture"]).permute(2, 0, 1)[None] / 255
    points = torch.tensor(arrays["points"])[None].to(first.device)
    with torch.inference_mode():
        found = network(picture.to(first.device, first.dtype), points)
    return {name: value[0].float().cpu().numpy() for name, value in vars(found).items()}


def serve(
    network: Any, source: IO[bytes], answers: IO[bytes],
    work: "Callable[[Any, dict[str, Any]], dict[str, Any]]" = attributes,
) -> None:  # fmt: skip
    """Answer what is asked, by *work*, until nobody asks any more."""
    while True:
        try:
            _, arrays = read_message(source)
        except EOFError:
            return
        try:
            write_message(answers, {"kind": "attributes"}, work(network, arrays))
        except torch.cuda.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            write_message(answers, {"kind": "out_of_memory", "detail": str(error)}, {})
        except (RuntimeError, KeyError, ValueError) as error:
            write_message(answers, {"kind": "failed", "detail": str(error)}, {})


def run(
    opened: "Callable[[Path, str], tuple[Any, int]]",
    work: "Callable[[Any, dict[str, Any]], dict[str, Any]]",
) -> None:
    """The whole of the process. *opened* gives a network and the side of its pictures."""

    def ready() -> "tuple[Any, dict[str, str]]":
        network, side = opened(Path(sys.argv[1]), sys.argv[2])
        return network, {"side": str(side)}

    worker.run(ready, lambda network, source, answers: serve(network, source, answers, work))


def _opened(folder: Path, device: str) -> "tuple[Lam, int]":
    network, shape = open_network(folder, device)
    return network, shape.image_px


if __name__ == "__main__":
    run(_opened, attributes)
