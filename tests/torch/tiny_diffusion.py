"""A diffusion model of a few MB with random weights: Stable Diffusion's architecture."""

import json
from pathlib import Path
from typing import Any

SIDE = 32


def save_tiny_diffusion(folder: Path) -> None:
    """Write it as its authors would, without a safety checker."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline
    from transformers import CLIPTextModel

    torch.manual_seed(0)
    pipeline: Any = StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=[8, 8],
            down_block_types=["DownEncoderBlock2D"] * 2,
            up_block_types=["UpDecoderBlock2D"] * 2,
            latent_channels=4,
            norm_num_groups=4,
            sample_size=SIDE,
        ),
        text_encoder=CLIPTextModel(_words()),
        tokenizer=_tokenizer(folder),
        unet=_unet(),
        scheduler=DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            clip_sample=False,
            set_alpha_to_one=False,
        ),
        safety_checker=None,
        feature_extractor=None,
        image_encoder=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)


def save_tiny_controlnet(model: Path, folder: Path) -> None:
    """One that fits *model*, and has an influence."""
    import torch
    from diffusers import ControlNetModel, UNet2DConditionModel

    torch.manual_seed(1)
    unet = UNet2DConditionModel.from_pretrained(model / "unet")
    controlnet: Any = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8))
    with torch.no_grad():  # as initialised it adds zero
        for block in controlnet.controlnet_down_blocks:
            torch.nn.init.normal_(block.weight, std=0.5)
    controlnet.save_pretrained(folder)


def save_tiny_identity(model: Path, folder: Path) -> None:
    """An IP-Adapter that fits *model*."""
    import torch
    from diffusers import UNet2DConditionModel
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(2)
    encoder: Any = CLIPVisionModelWithProjection(
        CLIPVisionConfig(
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            image_size=224,
            patch_size=56,
            projection_dim=16,
        )  # fmt: skip
    )
    encoder.save_pretrained(folder / "image_encoder")
    unet: Any = UNet2DConditionModel.from_pretrained(model / "unet")
    told = unet.config.cross_attention_dim
    tensors = {
        "image_proj.proj.weight": torch.randn(4 * told, 16),
        "image_proj.proj.bias": torch.zeros(4 * told),
        "image_proj.norm.weight": torch.ones(told),
        "image_proj.norm.bias": torch.zeros(told),
    }
    names = [n.removesuffix(".processor") for n in unet.attn_processors if "attn2" in n]
    for number, name in enumerate(names):
        width = unet.get_submodule(name).to_k.weight.shape[0]
        for part in ("k", "v"):
            weight = torch.randn(width, told)
            tensors[f"ip_adapter.{2 * number + 1}.to_{part}_ip.weight"] = weight
    save_file(tensors, folder / "ip_adapter.safetensors")


def _unet() -> Any:
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        sample_size=SIDE // 2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )


def _words() -> Any:
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=600, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, bos_token_id=0, eos_token_id=1, pad_token_id=1,
    )  # fmt: skip


def _tokenizer(folder: Path) -> Any:
    """Each byte is a token."""
    from tokenizers import pre_tokenizers
    from transformers import CLIPTokenizer

    symbols = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = ["<|startoftext|>", "<|endoftext|>", *symbols, *(f"{s}</w>" for s in symbols)]
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({word: number for number, word in enumerate(words)}))
    merges.write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(vocabulary), str(merges), model_max_length=77)
    vocabulary.unlink()
    merges.unlink()
    return tokenizer
