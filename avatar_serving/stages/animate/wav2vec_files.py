"""The network's files: ``config.json`` and ``model.safetensors``, or LAM's own archive."""

import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import ValidationError

from avatar_serving import weights
from avatar_serving.errors import StageFailed
from avatar_serving.stages.animate.wav2vec_network import NetworkShape, network_parts

_RENAMED = (
    ("audio_encoder.", "encoder."),
    ("feature_projection.", "narrow."),
    ("identity_encoder.id_mlp.", "style."),
    ("identity_encoder.first_net.conv_layers.", "mix."),
    ("decoder.0.", "form."),
    ("output_proj.", "weights."),
)
_UNUSED = ("encoder.lm_head.", "encoder.masked_spec_embed", "identity_encoder.grus.")
"""What training needed."""
_WITHIN = (
    (".residual_layer.0.", ".bypass."),
    (".conv.weight_g", ".conv.parametrizations.weight.original0"),
    (".conv.weight_v", ".conv.parametrizations.weight.original1"),
)


def load_parts(name: str, dtype: Any, device: Any) -> tuple[NetworkShape, Any]:
    """The weight *name*, ready to compute.

    Raises:
        StageFailed: files of something else.
        WeightsError: it is not there.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    folder = weights.path(name)
    file = folder / "model.safetensors"
    if not file.is_file():
        file = weights.derived(f"{name}.safetensors", name, import_checkpoint)
    try:
        shape = _shape(folder)
        parts = network_parts(shape)
        parts.load_state_dict(load_file(file))
    except (OSError, ValidationError, RuntimeError, SafetensorError) as error:
        raise StageFailed("animate", f"cannot load {folder}: {error}") from error
    return shape, parts.to(device, dtype)


def import_checkpoint(folder: Path, target: Path) -> None:
    """Write LAM's checkpoint as safetensors. It is an archive, or one inside of an archive.

    Raises:
        StageFailed: *folder* holds no such checkpoint.
    """
    import torch
    from safetensors.torch import save_file

    found = sorted(folder.rglob("*streaming*.tar"))
    if not found:
        raise StageFailed("animate", f"{folder} holds neither model.safetensors nor a checkpoint")
    with TemporaryDirectory() as room:
        try:
            # Only tensors are unpickled; a checkpoint that wants more is refused.
            read = torch.load(_unpacked(found[0], Path(room)), "cpu", weights_only=True)
            tensors = renamed(read["state_dict"])
        except Exception as error:  # torch raises nearly anything on files of something else
            raise StageFailed("animate", f"cannot read {found[0]}: {error}") from error
    save_file(tensors, target)


def renamed(state: Mapping[str, Any]) -> dict[str, Any]:
    """LAM's tensors by the names of `network_parts`."""
    tensors: dict[str, Any] = {}
    for old, tensor in state.items():
        name = old.removeprefix("module.").removeprefix("backbone.")
        before, after = next((r for r in _RENAMED if name.startswith(r[0])), ("", ""))
        name = after + name.removeprefix(before)
        for before, after in _WITHIN:
            name = name.replace(before, after)
        if not name.startswith(_UNUSED):
            tensors[name] = (tensor.squeeze(2) if name == "style.weight" else tensor).contiguous()
    return tensors


def _unpacked(file: Path, room: Path) -> Path:
    if not tarfile.is_tarfile(file):
        return file
    with tarfile.open(file) as archive:
        inner = next(m for m in archive if m.isfile() and m.name.endswith("streaming.tar"))
        content = archive.extractfile(inner)
        assert content is not None
        with (room / "checkpoint").open("wb") as copy:
            shutil.copyfileobj(content, copy)
    return room / "checkpoint"


def _shape(folder: Path) -> NetworkShape:
    file = folder / "config.json"
    return NetworkShape.model_validate_json(file.read_text()) if file.is_file() else NetworkShape()
