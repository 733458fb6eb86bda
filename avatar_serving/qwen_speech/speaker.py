"""The published model, of which sound is taken while it is still writing.

Runs where ``qwen-tts`` is installed. Twelve and a half times a second the model writes a frame of
codes, for each line that is spoken; a convolutional decoder makes 80 ms of sound of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from avatar_serving.qwen_speech.line import Line
from avatar_serving.qwen_speech.prompt import Prompts
from avatar_serving.qwen_speech.sound import Sounding, decoded, recorded
from avatar_serving.qwen_speech.talker import Row, Talker

# pyright: reportUntypedFunctionDecorator=false


@dataclass(eq=False)
class Spoken:
    """A line that has begun."""

    row: Row
    sounding: Sounding


@dataclass(frozen=True)
class Stretch:
    spoken: Spoken
    samples: Any
    """None: there was no memory to make them. The line cannot go on."""
    last: bool


class Speaker:
    """Not for several threads at once."""

    def __init__(self, folder: Path, device: str, dtype: str, longest: int) -> None:
        """*longest*: most frames of a line."""
        from qwen_tts import Qwen3TTSModel

        tts: Any = Qwen3TTSModel.from_pretrained(
            str(folder), device_map=device, dtype=getattr(torch, dtype), local_files_only=True
        )
        self._model: Any = tts.model
        self._prompts = Prompts(tts)
        self._talker = Talker(tts.model.talker, longest)
        self._decoder: Any = tts.model.speech_tokenizer.model.decoder
        self._spoken: list[Spoken] = []

    @property
    def clones(self) -> bool:
        """It speaks like recordings, and has no voices of its own."""
        return self._model.tts_model_type == "base"

    @torch.inference_mode()
    def begin(self, line: Line, recording: Any) -> Spoken:
        """*recording*: samples at 24 kHz, or None. Others go on as if nobody had come.

        Raises:
            NotImplementedError: no such voice or language.
            ValueError: the recording is missing.
        """
        if self.clones != (recording is not None):
            raise ValueError("a base model wants a recording, and no other model does")
        prompt = self._prompts.of(line, recording)
        row = self._talker.begin(prompt, line.seed)
        sounding = Sounding(row.frames, line.speed, recorded(prompt.heard))
        self._spoken.append(Spoken(row, sounding))
        return self._spoken[-1]

    @torch.inference_mode()
    def step(self) -> list[Stretch]:
        """One more frame of each line, and the stretches of sound that are ready. A line's last
        one ends it.

        Raises:
            OutOfMemoryError: of torch. Nothing has changed; fewer lines may fit.
        """
        self._talker.step()
        ready = [each for each in self._spoken if each.row.finished or each.sounding.due]
        stretches = [
            Stretch(each, None, True)
            if sound is None
            else Stretch(each, each.sounding.heard(sound, each.row.finished), each.row.finished)
            for each, sound in zip(ready, self._sounds(ready), strict=True)
        ]
        for stretch in stretches:
            if stretch.last:
                self.end(stretch.spoken)
        return stretches

    def _sounds(self, ready: "list[Spoken]") -> "list[Any]":
        """The next stretch of each; where memory lacks of halves of them, one after the other.
        None of one that does not fit alone."""
        try:
            return decoded(self._decoder, [each.sounding for each in ready])
        except torch.OutOfMemoryError:
            if len(ready) == 1:
                return [None]
        half = len(ready) // 2
        return self._sounds(ready[:half]) + self._sounds(ready[half:])

    @torch.inference_mode()
    def end(self, spoken: Spoken) -> None:
        if spoken in self._spoken:
            self._spoken.remove(spoken)
            self._talker.end(spoken.row)
