"""The weights as they are published, under the names that our networks have."""

import re
from pathlib import Path
from typing import Any, TypeAlias

import torch

from avatar_serving.errors import StageFailed

Tensor: TypeAlias = Any
State: TypeAlias = dict[str, Tensor]

_NAMES = {
    "llm.pt": ((r"^llm\.model\.model\.", ""),),
    "flow.pt": (
        (r"^decoder\.estimator\.", "estimator."),
        (r"\.time_embed\.time_mlp\.", ".time_mlp."),
        (r"\.input_embed\.proj\.", ".proj."),
        (r"\.input_embed\.conv_pos_embed\.(conv[12])\.0\.", r".\1."),
        (r"\.transformer_blocks\.", ".blocks."),
        (r"\.(attn_norm|norm_out)\.linear\.", r".\1."),
        (r"\.attn\.to_out\.0\.", ".to_out."),
        (r"\.attn\.(to_[qkv])\.", r".\1."),
        (r"\.ff\.ff\.0\.0\.", ".ff_in."),
        (r"\.ff\.ff\.2\.", ".ff_out."),
    ),
    "hift.pt": (
        (r"^generator\.", ""),
        (r"^f0_predictor\.", "f0."),
        (r"^m_source\.l_linear\.", "source."),
        *((rf"^f0\.condnet\.{2 * i}\.", f"f0.condnet.{i}.") for i in range(5)),
    ),
}  # fmt: skip
_LEFT_OUT = re.compile(r"lm_head|rotary_embed|stft_window|rand_noise")
"""Not learned, or the same as others."""


def renamed(file: str, state: State) -> State:
    """What *file* holds, by our names; weights that are kept as length and direction are joined."""
    found: State = {}
    for name, values in _joined(state).items():
        if _LEFT_OUT.search(name):
            continue
        for pattern, ours in _NAMES[file]:
            name = re.sub(pattern, ours, name)
        found[name] = values
    return found


def load(network: Any, folder: Path, file: str) -> None:
    """
    Raises:
        StageFailed: the file holds another network.
    """
    # Only tensors are read: such a file may hold code.
    try:
        state = torch.load(folder / file, map_location="cpu", weights_only=True)
        network.load_state_dict(renamed(file, state), assign=True)
    except (RuntimeError, OSError, KeyError) as error:
        raise StageFailed("tts", f"cannot load {folder / file}: {error}") from error


def _joined(state: State) -> State:
    """Weight normalisation: a length for each output, and a direction."""
    joined: State = {}
    for name, values in state.items():
        if name.endswith("parametrizations.weight.original1"):
            length = state[name[:-1] + "0"]
            size = values.flatten(1).norm(dim=1)[:, None, None]
            joined[name.removesuffix("parametrizations.weight.original1") + "weight"] = values * (
                length / size
            )
        elif not name.endswith("parametrizations.weight.original0"):
            joined[name] = values
    return joined
