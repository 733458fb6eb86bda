"""The language model that writes speech tokens, with room for several utterances at once.

A Qwen2 decoder whose keys and values lie in fixed slots, one for each utterance, so that utterances
may begin and end at any step of the others.
"""

from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.cosyvoice.sizes import SpeakerSizes

# pyright: reportUntypedBaseClass=false
Tensor: TypeAlias = Any

BEGIN, END, TASK = 0, 1, 2
"""Signs, counted from the last speech token."""


class Room:
    """Keys and values of the utterances in work: for each layer, slots x length x heads x size."""

    def __init__(self, sizes: SpeakerSizes, slots: int, length: int, like: Tensor) -> None:
        """Of the numbers and on the device of *like*."""
        shape = (sizes.layers, slots, length, sizes.key_heads, sizes.width // sizes.heads)
        self.length = length
        self.keys: Tensor = like.new_zeros(shape)
        self.values: Tensor = like.new_zeros(shape)


class Speaker(nn.Module):
    def __init__(self, sizes: SpeakerSizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.embed_tokens = nn.Embedding(sizes.words, sizes.width)
        self.layers = nn.ModuleList(_Layer(sizes) for _ in range(sizes.layers))
        self.norm = _Norm(sizes.width)
        self.speech_embedding = nn.Embedding(sizes.codes + sizes.signs, sizes.width)
        self.llm_decoder = nn.Linear(sizes.width, sizes.codes + sizes.signs, bias=False)

    def prompt(self, text: Tensor, codes: Tensor) -> Tensor:
        """What the model reads before it writes: tokens x width.

        *text*: ids of text tokens; *codes*: speech tokens of a recording whose words *text* begins
        with, or none.
        """
        signs = torch.tensor([BEGIN, TASK], device=text.device) + self.sizes.codes
        begin, task = self.speech_embedding(signs).split(1)
        return torch.cat([begin, self.embed_tokens(text), task, self.speech_embedding(codes)])

    def forward(self, inputs: Tensor, room: Room, slots: Tensor, start: Tensor) -> Tensor:
        """Read *inputs* (batch x tokens x width) into *slots*, each from its own *start* on.

        Answers with the logits of the next speech token or sign: batch x (codes + signs).
        """
        tokens = inputs.shape[1]
        places = start[:, None] + torch.arange(tokens, device=inputs.device)
        turn = _turn(places, self.sizes)
        length = int(places.max()) + 1
        seen = torch.arange(length, device=inputs.device) <= places[..., None]
        for number, layer in enumerate(self.layers):
            kept = room.keys[number], room.values[number]
            inputs = layer(inputs, turn, kept, slots, places, seen[:, None])
        return self.llm_decoder(self.norm(inputs[:, -1]))


class _Layer(nn.Module):
    def __init__(self, sizes: SpeakerSizes) -> None:
        super().__init__()
        self.input_layernorm = _Norm(sizes.width)
        self.self_attn = _Attention(sizes)
        self.post_attention_layernorm = _Norm(sizes.width)
        self.mlp = _Gated(sizes)

    def forward(self, x: Tensor, *attended: Any) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), *attended)
        return x + self.mlp(self.post_attention_layernorm(x))


class _Attention(nn.Module):
    def __init__(self, sizes: SpeakerSizes) -> None:
        super().__init__()
        self.size = sizes.width // sizes.heads
        self.q_proj = nn.Linear(sizes.width, sizes.width)
        self.k_proj = nn.Linear(sizes.width, sizes.key_heads * self.size)
        self.v_proj = nn.Linear(sizes.width, sizes.key_heads * self.size)
        self.o_proj = nn.Linear(sizes.width, sizes.width, bias=False)

    def forward(
        self, x: Tensor, turn: tuple[Tensor, Tensor], kept: tuple[Tensor, Tensor],
        slots: Tensor, places: Tensor, seen: Tensor,
    ) -> Tensor:  # fmt: skip
        heads = (*x.shape[:2], -1, self.size)
        queries = _turned(self.q_proj(x).view(heads), turn)
        keys, values = kept
        keys[slots[:, None], places] = _turned(self.k_proj(x).view(heads), turn)
        values[slots[:, None], places] = self.v_proj(x).view(heads)
        length = seen.shape[-1]
        attended = F.scaled_dot_product_attention(
            queries.transpose(1, 2),
            keys[slots, :length].transpose(1, 2),
            values[slots, :length].transpose(1, 2),
            attn_mask=seen,
            enable_gqa=True,
        )
        return self.o_proj(attended.transpose(1, 2).flatten(2))


class _Gated(nn.Module):
    def __init__(self, sizes: SpeakerSizes) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(sizes.width, sizes.inner, bias=False)
        self.up_proj = nn.Linear(sizes.width, sizes.inner, bias=False)
        self.down_proj = nn.Linear(sizes.inner, sizes.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class _Norm(nn.Module):
    """By the root of the mean square, which is computed in 32 bit."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        scale = torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6)
        return self.weight * (wide * scale).to(x.dtype)


def _turn(places: Tensor, sizes: SpeakerSizes) -> tuple[Tensor, Tensor]:
    """Cosine and sine by which each place turns pairs of numbers: batch x tokens x 1 x size."""
    size = sizes.width // sizes.heads
    speeds = sizes.rope ** -(torch.arange(0, size, 2, device=places.device).float() / size)
    angles = (places[..., None] * speeds).repeat(1, 1, 2)[:, :, None]
    return angles.cos(), angles.sin()


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = (part.to(x.dtype) for part in turn)
    first, second = x.chunk(2, dim=-1)
    return x * cosine + torch.cat([-second, first], dim=-1) * sine
