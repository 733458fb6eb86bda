"""A Qwen3-TTS folder as it is published, tiny, with random weights. Wants ``qwen-tts``."""

import json
import sys
from pathlib import Path
from typing import Any

import torch

CODES, GROUPS, WIDTH = 64, 4, 48
MARKS = ("<|im_start|>", "<|im_end|>", "assistant", "user", "<pad>", "<tts_bos>", "<tts_eos>")
_ATTENTION = {"num_attention_heads": 4, "num_key_value_heads": 2, "num_hidden_layers": 2}


def save_tiny_qwen(folder: Path, kind: str) -> None:
    """*kind*: custom_voice, which has voices, or base, which speaks like recordings."""
    from qwen_tts.core.models.configuration_qwen3_tts import Qwen3TTSConfig
    from qwen_tts.core.models.modeling_qwen3_tts import Qwen3TTSForConditionalGeneration

    torch.manual_seed(11)
    first = _save_tokenizer(folder)
    marks = {name: first + i for i, name in enumerate(MARKS)}
    listens = {
        "enc_dim": WIDTH, "enc_channels": [16, 16, 16, 16, 48], "enc_attention_channels": 8,
        "enc_se_channels": 8,
    }  # fmt: skip
    config = Qwen3TTSConfig(
        talker_config=_talker(first + len(MARKS)), speaker_encoder_config=listens,
        tokenizer_type="qwen3_tts_tokenizer_12hz", tts_model_size="1b7", tts_model_type=kind,
        tts_pad_token_id=marks["<pad>"], tts_bos_token_id=marks["<tts_bos>"],
        tts_eos_token_id=marks["<tts_eos>"],
    )  # fmt: skip
    _loud(Qwen3TTSForConditionalGeneration(config)).save_pretrained(folder)
    written = json.loads((folder / "config.json").read_text())
    written["speaker_encoder_config"] = listens  # what else is written its class does not read
    (folder / "config.json").write_text(json.dumps(written))
    (folder / "generation_config.json").write_text(json.dumps({"do_sample": True}))
    _save_sound(folder / "speech_tokenizer")


def _loud(model: Any) -> Any:
    """So that what it writes depends on what it reads."""
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return model


def _talker(words: int) -> dict[str, Any]:
    heads = {"head_dim": 12, "hidden_size": WIDTH, "intermediate_size": 64, **_ATTENTION}
    ids = ("eos_token", "think", "nothink", "think_bos", "think_eos", "pad", "bos")
    special = {f"codec_{name}_id": CODES + i for i, name in enumerate(ids)}
    rope = {"rope_type": "default", "mrope_section": [2, 2, 2], "interleaved": True}
    return {
        **heads, **special, "vocab_size": CODES + 1024, "text_vocab_size": words,
        "text_hidden_size": 32, "num_code_groups": GROUPS, "rope_scaling": rope,
        "spk_id": {"ryan": CODES + 10, "vivian": CODES + 11},
        "spk_is_dialect": {"ryan": False, "vivian": False},
        "codec_language_id": {"english": CODES + 20, "chinese": CODES + 21},
        "code_predictor_config": {**heads, "vocab_size": CODES, "num_code_groups": GROUPS},
    }  # fmt: skip


def _save_tokenizer(folder: Path) -> int:
    """One token for each byte. Returns the number of the first mark."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import Qwen2TokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    tokens.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.decoder = decoders.ByteLevel()
    made = Qwen2TokenizerFast(tokenizer_object=tokens, unk_token=None, pad_token=None)
    made.add_tokens(list(MARKS), special_tokens=True)
    made.pad_token = "<pad>"
    made.save_pretrained(folder)
    return made.convert_tokens_to_ids(MARKS[0])


def _save_sound(folder: Path) -> None:
    from qwen_tts.core import Qwen3TTSTokenizerV2Config, Qwen3TTSTokenizerV2Model
    from transformers import EncodecFeatureExtractor

    layers = {"num_attention_heads": 2, "num_key_value_heads": 2, "num_hidden_layers": 1}
    config = Qwen3TTSTokenizerV2Config(
        decoder_config={
            **layers, "codebook_size": CODES, "codebook_dim": 16, "hidden_size": 16, "head_dim": 8,
            "latent_dim": 16, "intermediate_size": 24, "num_quantizers": GROUPS,
            "decoder_dim": 32, "sliding_window": 8,
        },
        encoder_config={
            **layers, "hidden_size": 32, "num_filters": 2, "intermediate_size": 32, "head_dim": 16,
            "codebook_size": CODES, "codebook_dim": 16, "num_quantizers": GROUPS,
            "vector_quantization_hidden_dimension": 16, "upsample_groups": 32,
            "num_semantic_quantizers": 1,
        },
        encoder_valid_num_quantizers=GROUPS,
    )  # fmt: skip
    model = _loud(Qwen3TTSTokenizerV2Model(config))
    for name, buffer in model.decoder.named_buffers():
        if "embedding_sum" in name:
            buffer.normal_()
    model.save_pretrained(folder)
    EncodecFeatureExtractor(feature_size=1, sampling_rate=24_000).save_pretrained(folder)


if __name__ == "__main__":
    save_tiny_qwen(Path(sys.argv[1]), sys.argv[2])
