"""A network of a few hundred kB with random weights: that of the engine ``wav2vec``."""

import re
from pathlib import Path
from typing import Any

from avatar_serving.stages.animate.wav2vec_network import (
    EncoderShape,
    NetworkShape,
    network_parts,
)

SHAPE = NetworkShape(
    encoder=EncoderShape(
        conv_dim=(16,) * 7, hidden_size=24, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
    ),
    width=20, styles=3, style_width=4,
)  # fmt: skip


def tiny_parts() -> Any:
    import torch

    torch.manual_seed(0)
    parts = network_parts(SHAPE)
    with torch.no_grad():  # so that what it says depends on what it hears
        parts["weights"].weight.mul_(8)
    return parts


def save_tiny_wav2vec(folder: Path) -> None:
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(SHAPE.model_dump_json())
    save_file(tiny_parts().state_dict(), folder / "model.safetensors")


def by_their_names(state: dict[str, Any]) -> dict[str, Any]:
    """As LAM's training writes it, with what only training needs."""
    import torch

    rules = (
        (r"^encoder\.", "audio_encoder."),
        (r"^narrow\.", "feature_projection."),
        (r"^style\.", "identity_encoder.id_mlp."),
        (r"^mix\.(\d)\.bypass\.", r"identity_encoder.first_net.conv_layers.\1.residual_layer.0."),
        (r"^mix\.", "identity_encoder.first_net.conv_layers."),
        (r"^form\.", "decoder.0."),
        (r"^weights\.", "output_proj."),
        (r"parametrizations\.weight\.original0", "weight_g"),
        (r"parametrizations\.weight\.original1", "weight_v"),
    )
    theirs: dict[str, Any] = {}
    for name, tensor in state.items():
        tensor = tensor[..., None] if name == "style.weight" else tensor
        for ours, their in rules:
            name = re.sub(ours, their, name)
        theirs[f"module.backbone.{name}"] = tensor
    theirs["module.backbone.audio_encoder.masked_spec_embed"] = torch.zeros(24)
    theirs["module.backbone.audio_encoder.lm_head.weight"] = torch.zeros(32, 24)
    theirs["module.backbone.identity_encoder.grus.bias_hh_l0"] = torch.zeros(60)
    return theirs
