"""A Nemotron 3.5 ASR folder as transformers save it, tiny, with random weights."""

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models
from transformers import (
    Nemotron3_5AsrConfig,
    Nemotron3_5AsrForRNNT,
    NemotronAsrStreamingEncoderConfig,
)

BLANK = 20.0
"""So likely is it that nothing is said."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def tiny_transducer() -> Any:
    torch.manual_seed(5)
    encoder = NemotronAsrStreamingEncoderConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
        subsampling_conv_channels=8, num_mel_bins=16, sliding_window=15,
        dropout=0.0, layerdrop=0.0,
    )  # fmt: skip
    config = Nemotron3_5AsrConfig(
        vocab_size=30, decoder_hidden_size=24, num_decoder_layers=2, encoder_config=encoder,
        blank_token_id=29, prompt_intermediate_size=40, max_symbols_per_step=3,
    )  # fmt: skip
    model = Nemotron3_5AsrForRNNT(config).eval()
    with torch.no_grad():  # so that what it says depends on what it hears, and when
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.3)
        model.encoder_projector.weight.mul_(20)
        model.encoder_projector.bias.zero_()
        model.joint.head.weight.sub_(model.joint.head.weight.mean(dim=1, keepdim=True))
        model.joint.head.bias.zero_()
        model.joint.head.bias[29] = BLANK
    return model


def save_tiny_transducer(folder: Path) -> None:
    tiny_transducer().save_pretrained(folder)
    words = {letter: i for i, letter in enumerate(LETTERS)}
    words |= {"<zh-CN>": 26, "▁": 27, "<unk>": 28, "<blank>": 29}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    tokenizer.decoder = decoders.Sequence([decoders.Fuse(), decoders.Replace("▁", " ")])
    tokenizer.save(str(folder / "tokenizer.json"))
