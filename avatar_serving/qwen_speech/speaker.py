"""The published model, of which sound is taken while it is still writing.

Runs where ``qwen-tts`` is installed. Twelve and a half times a second the model writes a frame of
codes, for each line of a batch; a convolutional decoder that looks back only makes 80 ms of it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch

# pyright: reportUntypedFunctionDecorator=false
Tensor: TypeAlias = Any

_BEFORE = 25
"""Frames that the decoder hears before those it is asked for, as its authors do."""
_HOPS = 3, 6, 12, 25
"""Frames of the first stretches, and of all further ones."""
Tell: TypeAlias = Callable[[int, Any, bool], None]
"""Takes a row's next samples, and whether they are its last; raises when nobody listens."""


@dataclass(frozen=True)
class Line:
    text: str
    language: str
    """As the model calls it: english, chinese, or auto."""
    speaker: str
    """A voice that the model has; empty: that of the recording."""
    instruction: str
    speed: float
    transcript: str = ""
    """What is said in the recording."""
    recording: Any = None
    """Samples at 24 kHz."""


class Speaker:
    def __init__(self, folder: Path, device: str, dtype: str) -> None:
        from qwen_tts import Qwen3TTSModel

        self._tts: Any = Qwen3TTSModel.from_pretrained(
            str(folder), device_map=device, dtype=getattr(torch, dtype), local_files_only=True
        )
        self._model: Any = self._tts.model

    @property
    def clones(self) -> bool:
        """It speaks like recordings, and has no voices of its own."""
        return self._model.tts_model_type == "base"

    @torch.inference_mode()
    def speak(self, lines: Sequence[Line], seed: int, tell: Tell, longest: int) -> None:
        """All *lines* side by side, at most *longest* frames; *tell* hears of each stretch."""
        torch.manual_seed(seed)
        asked, heard = self._asked(lines)
        decoder = self._model.speech_tokenizer.model.decoder
        eos = self._model.config.talker_config.codec_eos_token_id
        sounding = _Sounding(decoder, eos, [line.speed for line in lines], heard, tell)

        def written(_module: Any, _given: Any, answer: Any) -> None:
            sounding.hear(answer.hidden_states[-1])

        hook = self._model.talker.register_forward_hook(written)
        try:
            settings = self._tts._merge_generate_kwargs(max_new_tokens=longest)
            self._model.generate(**asked, **settings)
        finally:
            hook.remove()
        sounding.finish()

    def _asked(self, lines: Sequence[Line]) -> tuple[dict[str, Any], "list[Tensor] | None"]:
        """What the model is given, and the codes of the recordings."""
        tts = self._tts
        asked: dict[str, Any] = {
            "input_ids": tts._tokenize_texts([tts._build_assistant_text(e.text) for e in lines]),
            "languages": [line.language for line in lines],
            "non_streaming_mode": True,
        }
        if not self.clones:
            asked["speakers"] = [line.speaker for line in lines]
            asked["instruct_ids"] = [self._instruction(line) for line in lines]
            return asked, None
        items = tts.create_voice_clone_prompt(
            [(line.recording, 24_000) for line in lines], [line.transcript for line in lines]
        )
        asked["voice_clone_prompt"] = tts._prompt_items_to_voice_clone_prompt(items)
        references = [tts._build_ref_text(line.transcript) for line in lines]
        asked["ref_ids"] = tts._tokenize_texts(references)
        return asked, [item.ref_code for item in items]

    def _instruction(self, line: Line) -> Tensor:
        if not line.instruction:
            return None
        return self._tts._tokenize_texts([self._tts._build_instruct_text(line.instruction)])[0]


class _Sounding:
    """Makes sound of frames as they are written."""

    def __init__(
        self, decoder: Any, eos: int, speeds: Sequence[float], heard: "list[Tensor] | None",
        tell: Tell,
    ) -> None:  # fmt: skip
        self._decoder, self._eos, self._speeds, self._tell = decoder, eos, speeds, tell
        before = min((_BEFORE, *(len(codes) for codes in heard))) if heard else 0
        self._frames: list[Tensor] = []
        if heard and before:
            self._frames = list(torch.stack([codes[-before:] for codes in heard], dim=1))
        self._begun = self._done = before
        self._hops: Iterator[int] = iter(_HOPS)
        self._hop = next(self._hops)
        self._ends: list[int | None] = [None] * len(speeds)
        self._kept: list[list[Any]] = [[] for _ in speeds]
        """Sound of lines of another speed, which is changed as a whole."""

    def hear(self, codes: Tensor) -> None:
        """The next frame of each row, rows x codebooks; None before the first."""
        if codes is None:
            return
        for row, first in enumerate(codes[:, 0].tolist()):
            if first == self._eos and self._ends[row] is None:
                self._ends[row] = len(self._frames)
        self._frames.append(codes)
        if len(self._frames) - self._done >= self._hop:
            self._sound(final=False)
            self._hop = next(self._hops, self._hop)

    def finish(self) -> None:
        self._sound(final=True)

    def _sound(self, final: bool) -> None:
        until, first = len(self._frames), max(0, self._done - _BEFORE)
        waves = self._decoded(first) if until > self._done else None
        for row, end in enumerate(self._ends):
            if end is not None and end < self._done:
                continue  # its last sound was told
            stop = until if end is None else end
            rate = self._decoder.total_upsample
            begin_at, end_at = (self._done - first) * rate, (stop - first) * rate
            samples = np.zeros(0, np.float32) if waves is None else waves[row, begin_at:end_at]
            self._told(row, samples, final or end is not None)
        self._done = until

    def _decoded(self, first: int) -> Any:
        codes = torch.stack(self._frames[first:], dim=-1)  # rows x codebooks x frames
        codes = codes.masked_fill(codes >= self._decoder.config.codebook_size, 0)
        return self._decoder(codes).squeeze(1).float().cpu().numpy()

    def _told(self, row: int, samples: Any, last: bool) -> None:
        if self._speeds[row] == 1:
            self._tell(row, samples, last)
            return
        self._kept[row].append(samples)
        if last:
            import librosa

            whole = np.concatenate(self._kept[row])
            self._tell(row, librosa.effects.time_stretch(whole, rate=self._speeds[row]), True)
