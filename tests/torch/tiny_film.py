"""The networks of the engine ``flashhead`` in small, with random weights."""

import json
from pathlib import Path
from typing import Any

SIDE, FRAMES, NEW = 32, 9, 4
MODEL: dict[str, Any] = {
    "dim": 24, "in_dim": 8, "out_dim": 4, "ffn_dim": 32, "freq_dim": 16, "num_heads": 2,
    "num_layers": 2, "audio_layers": 2, "audio_width": 16, "audio_hidden": 8, "audio_tokens": 3,
    "frames": FRAMES, "side": SIDE, "history": 2, "text_dim": 4096,
}  # fmt: skip


def save_tiny_film(folder: Path) -> None:
    """Three folders, each as its authors publish it."""
    import torch
    from diffusers import AutoencoderKLWan
    from safetensors.torch import save_file
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    from avatar_serving.flashhead.sizes import FilmSizes
    from avatar_serving.flashhead.transformer import FilmTransformer

    torch.manual_seed(0)
    network = FilmTransformer(FilmSizes.model_validate(MODEL))
    for name, parameter in network.named_parameters():
        if "norm" not in name:
            torch.nn.init.normal_(parameter, std=0.3)
    others = {"text_embedding.0.weight": torch.zeros(2)}
    published = folder / "model" / "Model_Pro"
    published.mkdir(parents=True)
    save_file({**network.state_dict(), **others}, published / "film.safetensors")
    (published / "config.json").write_text(json.dumps(MODEL))
    vae: Any = AutoencoderKLWan(
        base_dim=8, z_dim=4, dim_mult=[1, 1, 1, 1], num_res_blocks=1,
        latents_mean=[0.1, 0.2, 0.3, 0.4], latents_std=[1.0, 1.1, 1.2, 1.3],
    )  # fmt: skip
    with torch.no_grad():  # so that other pictures have other latents
        vae.quant_conv.weight.mul_(20)
    vae.save_pretrained(folder / "vae" / "vae")
    hearing = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        conv_dim=(8,) * 7, num_conv_pos_embeddings=4, num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    Wav2Vec2Model(hearing).save_pretrained(folder / "hearing")
