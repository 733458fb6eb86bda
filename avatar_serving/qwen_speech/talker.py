"""Frames of codes, of many lines a step; each line begins and ends between two steps.

The networks are the published ones. Their package speaks a batch from its beginning to the end of
its longest line; here a line has a row only while it is spoken, and chances of its own.
"""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F

from avatar_serving.qwen_speech.choice import Choice, less_again
from avatar_serving.qwen_speech.prompt import Prompt

Tensor: TypeAlias = Any
_LEAST = 2
"""Frames before a line may end."""
_NAMES = "do_sample", "temperature", "top_k", "top_p"


@dataclass(eq=False)
class Row:
    prompt: Prompt
    random: Any
    first: int = 0
    """The next frame's first code."""
    frames: "list[Tensor]" = field(default_factory=list)
    """(codebooks,) each."""
    finished: bool = False


class _Before:
    """A row as it was before a step."""

    def __init__(self, row: Row) -> None:
        self._row, self._chance = row, row.random.get_state()
        self._told = row.first, row.finished, len(row.frames)

    def restore(self) -> None:
        self._row.random.set_state(self._chance)
        self._row.first, self._row.finished, count = self._told
        del self._row.frames[count:]


class Talker:
    """Not for several threads at once."""

    def __init__(self, talker: Any, longest: int) -> None:
        """*longest*: most frames of a line."""
        self._talker, self._longest = talker, longest
        self._rows: list[Row] = []
        self._past: Any = None
        """Keys and values of all rows, the shorter ones filled up at their beginning."""
        self._read: Tensor = None
        """(b, length): 1 where a row has been read, 0 where it is filled up."""
        self._hidden: Tensor = None
        """(b, 1, width): what was thought last."""
        self._said: Tensor = None
        """(b, codes): which first codes a row has had."""

    def begin(self, prompt: Prompt, seed: int) -> Row:
        from transformers.cache_utils import DynamicCache

        row = Row(prompt, torch.Generator().manual_seed(seed))
        past, length = DynamicCache(), prompt.embedded.shape[1]
        read = torch.ones(1, length, dtype=torch.long, device=prompt.embedded.device)
        hidden = self._thought(prompt.embedded, read, past)[:, -1:]
        said = torch.zeros(1, self._talker.vocab_size, dtype=torch.bool, device=read.device)
        self._choose([row], hidden, said, torch.rand(1, 1, generator=row.random))
        self._join(row, past, read, hidden, said)
        return row

    def step(self) -> None:
        """One more frame for each row.

        Raises:
            OutOfMemoryError: of torch. Nothing has changed; fewer rows may fit.
        """
        before = [_Before(row) for row in self._rows]
        read, hidden = self._read, self._hidden
        try:
            self._step()
        except torch.OutOfMemoryError:
            for each in before:
                each.restore()
            self._read, self._hidden, length = read, hidden, read.shape[1]
            for layer in self._past.layers:  # the first ones may have had the frame
                layer.keys, layer.values = layer.keys[:, :, :length], layer.values[:, :, :length]
            raise

    def _step(self) -> None:
        rows, groups = self._rows, self._talker.config.num_code_groups
        numbers = torch.stack([torch.rand(groups, generator=row.random) for row in rows])
        frames, embedded = self._frames(numbers[:, 1:])
        embedded = embedded + torch.cat([row.prompt.beside for row in rows])
        self._read = F.pad(self._read, (0, 1), value=1)
        self._hidden = self._thought(embedded, self._read, self._past)
        for row, frame in zip(rows, frames, strict=True):
            row.frames.append(frame)
        self._choose(rows, self._hidden, self._said, numbers[:, :1])

    def end(self, row: Row) -> None:
        if row not in self._rows:
            return
        kept = [place for place, other in enumerate(self._rows) if other is not row]
        self._rows.remove(row)
        if not kept:
            self._past = self._read = self._hidden = self._said = None
            return
        rows = torch.tensor(kept, device=self._read.device)
        read = self._read[rows]
        unread = int((read.sum(0) == 0).sum())
        self._read, self._hidden, self._said = (
            read[:, unread:],
            self._hidden[rows],
            self._said[rows],
        )
        for layer in self._past.layers:
            layer.keys = layer.keys[rows, :, unread:]
            layer.values = layer.values[rows, :, unread:]

    def _thought(self, embedded: Tensor, read: Tensor, past: Any) -> Tensor:
        """Reads *embedded* (b, n, width) after the *past*, which it is added to."""
        places = (read.cumsum(1) - 1).clamp(min=0)[:, -embedded.shape[1] :]
        answer = self._talker.model(
            inputs_embeds=embedded, attention_mask=read, past_key_values=past, use_cache=True,
            position_ids=places[None].expand(3, -1, -1),
        )  # fmt: skip
        return answer.last_hidden_state

    def _choose(self, rows: list[Row], hidden: Tensor, said: Tensor, numbers: Tensor) -> None:
        """The first code of each row's next frame, or that there is none."""
        settings = rows[0].prompt.settings
        logits = self._talker.codec_head(hidden)[:, -1].float()
        logits = less_again(logits, said, settings["repetition_penalty"])
        logits[:, settings["suppress_tokens"]] = -torch.inf
        end = settings["eos_token_id"]
        young = [place for place, row in enumerate(rows) if len(row.frames) < _LEAST]
        logits[young, end] = -torch.inf
        for row, code in zip(rows, _first(settings).of(logits, numbers[:, 0]), strict=True):
            row.first = int(code)
            row.finished = row.first == end or len(row.frames) >= self._longest
        said[list(range(len(rows))), [row.first for row in rows]] = True

    def _frames(self, numbers: Tensor) -> tuple[Tensor, Tensor]:
        """Each row's frame (b, codebooks) and what is read of it (b, 1, width)."""
        predictor, choice = self._talker.code_predictor, _other(self._rows[0].prompt.settings)
        tables = predictor.get_input_embeddings()
        code = torch.tensor([[row.first] for row in self._rows], device=self._hidden.device)
        embedded = self._talker.get_input_embeddings()(code)
        codes, total, past = [code], embedded, None
        asked: dict[str, Any] = {"inputs_embeds": torch.cat([self._hidden, embedded], 1)}
        for number in range(numbers.shape[1]):
            answer = predictor(**asked, past_key_values=past, use_cache=True)
            code = choice.of(answer.logits[:, -1], numbers[:, number])[:, None]
            codes, total, past = (
                [*codes, code],
                total + tables[number](code),
                answer.past_key_values,
            )
            asked = {"input_ids": code, "generation_steps": answer.generation_steps}
        return torch.cat(codes, 1), total

    def _join(self, row: Row, past: Any, read: Tensor, hidden: Tensor, said: Tensor) -> None:
        if self._past is None:
            self._rows.append(row)
            self._past, self._read, self._hidden, self._said = past, read, hidden, said
            return
        length = max(read.shape[1], self._read.shape[1])
        # All of it is computed first, so that a lack of memory harms nobody who speaks.
        joined = [
            (_joined(ours.keys, theirs.keys, length), _joined(ours.values, theirs.values, length))
            for ours, theirs in zip(self._past.layers, past.layers, strict=True)
        ]
        grown = [F.pad(each, (length - each.shape[1], 0)) for each in (self._read, read)]
        spoken = torch.cat([self._hidden, hidden]), torch.cat([self._said, said])
        self._read, (self._hidden, self._said) = torch.cat(grown), spoken
        for layer, (keys, values) in zip(self._past.layers, joined, strict=True):
            layer.keys, layer.values = keys, values
        self._rows.append(row)


def _first(settings: "dict[str, Any]") -> Choice:
    return Choice(*(settings[name] for name in _NAMES))


def _other(settings: "dict[str, Any]") -> Choice:
    """Of the codes of a frame after its first."""
    names = ("dosample", *_NAMES[1:])
    return Choice(*(settings[f"subtalker_{name}"] for name in names))


def _joined(ours: Tensor, theirs: Tensor, length: int) -> Tensor:
    return torch.cat([_filled(ours, length), _filled(theirs, length)])


def _filled(past: Tensor, length: int) -> Tensor:
    """(b, heads, length, channels), zeros before what there is."""
    return F.pad(past, (0, 0, length - past.shape[2], 0))
