"""A CosyVoice folder as it is published, tiny, with random weights."""

import re
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from tokenizers import Regex, Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from avatar_serving.cosyvoice.flow import Flow
from avatar_serving.cosyvoice.sizes import FlowSizes, Sizes, SpeakerSizes, VocoderSizes
from avatar_serving.cosyvoice.speaker import Speaker
from avatar_serving.cosyvoice.vocoder import Vocoder

LETTERS = "abcdefghijklmnopqrstuvwxyz"
SIZES = Sizes(
    SpeakerSizes(
        words=40, width=32, layers=2, heads=4, key_heads=2, inner=48, codes=60, signs=5,
        end_of_prompt=27,
    ),
    FlowSizes(
        codes=60, ahead_width=24, voice=80, width=32, layers=2, heads=2, inner=48, groups=4,
    ),
    VocoderSizes(width=16, pitch_width=16),
)  # fmt: skip


def save_tiny_cosyvoice(folder: Path) -> None:
    torch.manual_seed(7)
    parts = (
        ("llm.pt", Speaker(SIZES.speaker), _as_llm),
        ("flow.pt", Flow(SIZES.flow), _as_flow),
        ("hift.pt", Vocoder(SIZES.vocoder), _as_hift),
    )
    for file, network, named in parts:
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.add_(torch.randn_like(parameter) * 0.1)
        torch.save(_published(network.state_dict(), named, file == "hift.pt"), folder / file)
    _save_tokenizer(folder / "CosyVoice-BlankEN")
    _save_listeners(folder)


def _as_llm(name: str) -> str:
    own = name.startswith(("speech_embedding", "llm_decoder"))
    return name if own else f"llm.model.model.{name}"


def _as_flow(name: str) -> str:
    for ours, theirs in (
        (r"\.time_mlp\.", ".time_embed.time_mlp."), (r"\.proj\.", ".input_embed.proj."),
        (r"r\.(conv[12])\.", r"r.input_embed.conv_pos_embed.\1.0."),
        (r"\.blocks\.", ".transformer_blocks."),
        (r"\.(attn_norm|norm_out)\.", r".\1.linear."), (r"\.to_out\.", ".attn.to_out.0."),
        (r"\.(to_[qkv])\.", r".attn.\1."), (r"\.ff_in\.", ".ff.ff.0.0."),
        (r"\.ff_out\.", ".ff.ff.2."), (r"^estimator\.", "decoder.estimator."),
    ):  # fmt: skip
        name = re.sub(ours, theirs, name)
    return name


def _as_hift(name: str) -> str:
    name = re.sub(r"^f0\.condnet\.(\d)", lambda found: f"f0.condnet.{2 * int(found[1])}", name)
    return name.replace("f0.", "f0_predictor.").replace("source.", "m_source.l_linear.", 1) \
        if name.startswith(("f0.", "source.")) else name  # fmt: skip


def _published(state: dict[str, Any], named: Any, normalised: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, values in state.items():
        theirs = named(name)
        if normalised and values.ndim == 3 and "source_downs" not in name:
            stem = theirs.removesuffix("weight") + "parametrizations.weight.original"
            found[f"{stem}0"] = values.flatten(1).norm(dim=1)[:, None, None]
            found[f"{stem}1"] = values * 3
        else:
            found[theirs] = values.clone()
    return found


def _save_tokenizer(folder: Path) -> None:
    words = {letter: i for i, letter in enumerate(LETTERS)} | {"?": 26}
    letters = Tokenizer(models.WordLevel(words, unk_token="?"))
    letters.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    PreTrainedTokenizerFast(tokenizer_object=letters, unk_token="?").save_pretrained(folder)


def _save_listeners(folder: Path) -> None:
    """A tokeniser that writes a token for every fourth frame, and a mean over time."""
    frames = helper.make_tensor_value_info("feats", TensorProto.FLOAT, [1, 128, "T"])
    length = helper.make_tensor_value_info("feats_length", TensorProto.INT32, [1])
    codes = helper.make_tensor_value_info("codes", TensorProto.INT32, None)
    nodes = [
        helper.make_node("AveragePool", ["feats"], ["quarter"], kernel_shape=[4], strides=[4]),
        helper.make_node("ReduceMean", ["quarter"], ["loud"], axes=[1], keepdims=0),
        helper.make_node("Abs", ["loud"], ["positive"]),
        helper.make_node("Mul", ["positive", "many"], ["spread"]),
        helper.make_node("Cast", ["spread"], ["whole"], to=TensorProto.INT32),
        helper.make_node("Mod", ["whole", "all"], ["codes"]),
        helper.make_node("Identity", ["feats_length"], ["same"]),
    ]
    constants = [
        helper.make_tensor("many", TensorProto.FLOAT, [1], [1000.0]),
        helper.make_tensor("all", TensorProto.INT32, [1], [SIZES.flow.codes]),
    ]
    _save(nodes, [frames, length], codes, constants, folder / "speech_tokenizer_v3.onnx")
    bands = helper.make_tensor_value_info("feats", TensorProto.FLOAT, [1, "T", 80])
    voice = helper.make_tensor_value_info("voice", TensorProto.FLOAT, None)
    mean = helper.make_node("ReduceMax", ["feats"], ["voice"], axes=[1], keepdims=0)
    _save([mean], [bands], voice, [], folder / "campplus.onnx")


def _save(nodes: Any, inputs: Any, output: Any, constants: Any, path: Path) -> None:
    graph = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    onnx.save(model, str(path))
