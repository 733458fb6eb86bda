"""The networks, stepped for several utterances at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F

from avatar_serving.errors import StageFailed
from avatar_serving.transducer.features import Floats
from avatar_serving.transducer.past import Pads, Past, Seen

# pyright: reportUntypedFunctionDecorator=false
Tensor: TypeAlias = Any


class Transducer:
    """Not for several threads at once."""

    def __init__(self, folder: Path, ahead: int, device: Any, dtype: str) -> None:
        """Raises StageFailed: files of something else."""
        from transformers import Nemotron3_5AsrForRNNT

        try:
            model: Any = Nemotron3_5AsrForRNNT.from_pretrained(
                folder, dtype=getattr(torch, dtype), local_files_only=True
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise StageFailed("asr", f"cannot load {folder}: {error}") from error
        self._model = model.to(device).eval()
        self._ahead, self._device = ahead, device
        self._encoder = self._model.encoder
        self._most = self._encoder.config.sliding_window - 1
        self._blank = model.config.blank_token_id
        self._factor = self._encoder.config.subsampling_factor

    @property
    def bands(self) -> int:
        """Of the spectra that it listens to."""
        return self._encoder.config.num_mel_bins

    def frames(self, steps: int) -> int:
        """How many spectra the first *steps* steps take."""
        return 1 + self._factor * (steps * (self._ahead + 1) - 1)

    @torch.inference_mode()
    def begin(self, prompt: int) -> Past:
        """Nothing was heard yet. *prompt*: number of the language."""
        decoder = self._model.decoder
        start = torch.tensor([[self._blank]], device=self._device)
        out, (hidden, cell) = decoder.lstm(decoder.embedding(start))
        return Past(prompt, (), (decoder.decoder_projector(out)[0, 0], hidden[:, 0], cell[:, 0]))

    @torch.inference_mode()
    def step(self, pasts: Sequence[Past], mels: Sequence[Floats]) -> list[Past]:
        """Hear one more chunk of each utterance; either the first of all of them, or of none."""
        pads, seen = Pads(pasts), Seen(pasts, self._most)
        heard = self._encoded(_stacked(mels).to(self._device), pads, seen)
        told = self._told(heard, [past.prompt for past in pasts])
        codes, predictors = self._decoded(told, pasts)
        return [
            Past(
                past.prompt, past.codes + tuple(codes[i]), predictors[i],
                {key: rows[i].clone() for key, rows in pads.after.items()},
                seen.row(i, heard.shape[1]),
            )
            for i, past in enumerate(pasts)
        ]  # fmt: skip

    def _encoded(self, mels: Tensor, pads: Pads, seen: Seen) -> Tensor:
        encoder = self._encoder
        x = encoder.subsampling(mels.to(encoder.dtype), padding_cache=pads) * encoder.input_scale
        mask = seen.mask(x.shape[1], x.device)
        places = encoder.encode_positions(x, cached_frames=self._most)
        for layer in encoder.layers:
            x = layer(
                x, attention_mask=mask, position_embeddings=places, past_key_values=seen,
                padding_cache=pads,
            )  # fmt: skip
        return x

    def _told(self, heard: Tensor, prompts: list[int]) -> Tensor:
        """What was heard, for the joint network, given which language it is in."""
        count = self._model.config.num_prompts
        which = F.one_hot(torch.tensor(prompts, device=heard.device), count).to(heard)
        which = which[:, None].expand(-1, heard.shape[1], -1)
        fused = self._model.prompt_projector(torch.cat([heard, which], dim=-1))
        return self._model.encoder_projector(fused)

    def _decoded(
        self, told: Tensor, pasts: Sequence[Past]
    ) -> tuple[list[list[int]], list[tuple[Tensor, Tensor, Tensor]]]:
        """Greedy: the likeliest tokens of each step, until it has no more to say."""
        out, hidden, cell = (
            torch.stack([past.predictor[i] for past in pasts], dim=0 if i == 0 else 1)
            for i in range(3)
        )
        codes: list[list[int]] = [[] for _ in pasts]
        for at in range(told.shape[1]):
            going = torch.ones(len(pasts), dtype=torch.bool, device=told.device)
            for _ in range(self._model.max_symbols_per_step):
                joint = self._model.joint(out[:, None], told[:, at : at + 1])
                tokens = joint[:, 0].argmax(dim=-1)
                going = going & (tokens != self._blank)
                if not going.any():
                    break
                for i in going.nonzero()[:, 0].tolist():
                    codes[i].append(int(tokens[i]))
                out, hidden, cell = self._predicted(tokens, going, out, hidden, cell)
        states = (out, hidden.transpose(0, 1), cell.transpose(0, 1))
        return codes, [(o.clone(), h.clone(), c.clone()) for o, h, c in zip(*states, strict=True)]

    def _predicted(
        self, tokens: Tensor, going: Tensor, out: Tensor, hidden: Tensor, cell: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The predictor after *tokens*, in the rows that are *going*."""
        decoder = self._model.decoder
        found, (hidden2, cell2) = decoder.lstm(
            decoder.embedding(tokens)[:, None], (hidden.contiguous(), cell.contiguous())
        )
        rows = going[:, None]
        return (
            torch.where(rows, decoder.decoder_projector(found)[:, 0], out),
            torch.where(rows[None], hidden2, hidden),
            torch.where(rows[None], cell2, cell),
        )


def _stacked(mels: Sequence[Floats]) -> Tensor:
    return torch.stack([torch.from_numpy(mel) for mel in mels])
