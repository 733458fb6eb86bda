"""A model that looks at pictures, of a few MB: the architecture of Idefics3 with random weights."""

from pathlib import Path

_TEMPLATE = (
    "{% for m in messages %}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<image>{% else %}{{ c['text'] }}{% endif %}"
    "{% endfor %}{% endfor %}ASSISTANT:"
)
_SIDE, _PATCH, _SCALE = 32, 8, 2


def save_tiny_idefics(folder: Path) -> None:
    """Write it as its authors would: config, weights, tokenizer and processor.

    Each byte is a token, so that it can write anything that a grammar wants.
    """
    import torch
    from transformers import (
        Idefics3ForConditionalGeneration,
        Idefics3ImageProcessorPil,
        Idefics3Processor,
    )

    torch.manual_seed(0)
    tokenizer = _tokenizer()
    model = Idefics3ForConditionalGeneration(_config(tokenizer))
    with torch.no_grad():  # it writes ASCII, one token a letter
        for symbol, number in tokenizer.get_vocab().items():
            model.lm_head.weight[number] *= len(symbol) == 1 and ord(symbol) < 127
    model.save_pretrained(folder)
    side = {"longest_edge": _SIDE}
    Idefics3Processor(
        Idefics3ImageProcessorPil(size=side, max_image_size=side, do_image_splitting=False),
        tokenizer,
        image_seq_len=(_SIDE // _PATCH // _SCALE) ** 2,
        chat_template=_TEMPLATE,
    ).save_pretrained(folder)


def _tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = {symbol: number for number, symbol in enumerate(alphabet)}
    whole = Tokenizer(models.BPE(vocab=words, merges=[]))
    whole.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    whole.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=whole,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        extra_special_tokens={
            "image_token": "<image>",
            "fake_image_token": "<fake_token_around_image>",
            "global_image_token": "<global-img>",
            "end_of_utterance_token": "<end_of_utterance>",
        },
    )


def _config(tokenizer):
    from transformers import Idefics3Config, Idefics3VisionConfig, LlamaConfig

    vision = Idefics3VisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        image_size=_SIDE, patch_size=_PATCH,
    )  # fmt: skip
    text = LlamaConfig(
        vocab_size=320, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=8192,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    image = tokenizer.convert_tokens_to_ids("<image>")
    return Idefics3Config(
        vision_config=vision, text_config=text, image_token_id=image, scale_factor=_SCALE,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
