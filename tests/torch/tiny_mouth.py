"""The networks of the engine ``latent_mouth`` in small, with random weights."""

import json
from pathlib import Path
from typing import Any

WIDTH = 16
UNET: dict[str, Any] = {
    "in_channels": 8, "out_channels": 4, "sample_size": 32, "layers_per_block": 1,
    "block_out_channels": [8, 16], "attention_head_dim": 2, "cross_attention_dim": WIDTH,
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "UpBlock2D"], "norm_num_groups": 4,
}  # fmt: skip


def save_tiny_mouth(folder: Path) -> None:
    """Three folders, each as its authors publish it."""
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperModel

    torch.manual_seed(0)
    unet: Any = UNet2DConditionModel.from_config(UNET)
    with torch.no_grad():  # so that what it draws depends on what it hears
        for name, weight in unet.named_parameters():
            if "attn2" in name:
                weight.mul_(12)
    theirs = folder / "unet" / "musetalkV15"
    theirs.mkdir(parents=True)
    (theirs / "musetalk.json").write_text(
        json.dumps({"_class_name": "UNet2DConditionModel"} | UNET)
    )
    torch.save(unet.state_dict(), theirs / "unet.pth")
    vae: Any = AutoencoderKL(
        block_out_channels=[8] * 4, down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4, latent_channels=4, norm_num_groups=4,
    )  # fmt: skip
    vae.save_pretrained(folder / "vae")
    config = WhisperConfig(
        d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=16, decoder_ffn_dim=16, vocab_size=32,
        max_source_positions=100, max_target_positions=8, pad_token_id=0, bos_token_id=1,
        eos_token_id=2, decoder_start_token_id=1,
    )  # fmt: skip
    WhisperModel(config).save_pretrained(folder / "hearing")
    WhisperFeatureExtractor(chunk_length=2).save_pretrained(folder / "hearing")
