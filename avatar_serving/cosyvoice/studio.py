"""Where lines are spoken: several at once, each a step of the language model at a time."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F

from avatar_serving.cosyvoice.flow import Flow, Heard, Reference
from avatar_serving.cosyvoice.line import Line
from avatar_serving.cosyvoice.published import load
from avatar_serving.cosyvoice.sampling import draw
from avatar_serving.cosyvoice.sizes import FRAMES_A_TOKEN, Sizes
from avatar_serving.cosyvoice.speaker import Room, Speaker
from avatar_serving.cosyvoice.vocoder import FRAMES_HELD, Vocoder
from avatar_serving.errors import InvalidRequest
from avatar_serving.samples import Samples

# pyright: reportUntypedFunctionDecorator=false
Tensor: TypeAlias = Any

_LEAST, _MOST = 2, 20
"""Speech tokens for each text token."""
_DOUBLINGS = 2
"""Chunks grow: twice as long, so often, so that less is computed again."""


class Studio:
    """Not for several threads at once."""

    def __init__(
        self, folder: Path, sizes: Sizes, *,
        device: Any, dtype: str, slots: int, longest: int, first_tokens: int,
    ) -> None:  # fmt: skip
        """*longest*: tokens of a line, text and speech together. Raises StageFailed."""
        self.sizes, self._device, self._first = sizes, device, first_tokens
        numbers = getattr(torch, dtype)
        self._speaker: Any = _loaded(Speaker, sizes.speaker, folder, "llm.pt").to(device, numbers)
        self._flow: Any = _loaded(Flow, sizes.flow, folder, "flow.pt").to(device).float()
        self._vocoder: Any = _loaded(Vocoder, sizes.vocoder, folder, "hift.pt").to(device).float()
        like = self._speaker.embed_tokens.weight
        self._room = Room(sizes.speaker, slots, longest, like)
        self._free = list(range(slots))

    @property
    def has_room(self) -> bool:
        return bool(self._free)

    @torch.inference_mode()
    def begin(self, line: Line) -> None:
        """Take a slot, and write the first speech token.

        Raises:
            InvalidRequest: the text is too long.
        """
        text = torch.tensor(line.text, device=self._device)
        codes = line.reference.codes.to(self._device)
        inputs = self._speaker.prompt(text, codes if line.shown else codes[:0])[None]
        if inputs.shape[1] + line.new * _LEAST > self._room.length:
            raise InvalidRequest("the text is too long to be spoken at once", "text")
        line.slot = self._free.pop()
        try:
            self._write([line], inputs)
        except BaseException:
            self.end(line)
            raise

    @torch.inference_mode()
    def step(self, lines: list[Line]) -> None:
        """One more speech token for each line that has begun and not finished."""
        going = [line for line in lines if not line.finished]
        if going:
            codes = torch.tensor([line.codes[-1] for line in going], device=self._device)
            self._write(going, self._speaker.speech_embedding(codes)[:, None])

    def due(self, line: Line) -> bool:
        """Whether the next stretch of sound can be made."""
        ahead = self.sizes.flow.ahead
        return line.finished or len(line.codes) >= line.spoken + self._hop(line) + ahead

    @torch.inference_mode()
    def sound(self, lines: Sequence[Line]) -> list[Samples]:
        """The next stretch of each line that is due, made together; the rest, if it is finished.

        Empty where a line is spoken so fast that no frame is ready. After an error no line has gone
        on.
        """
        untils = [self._until(line) for line in lines]
        mels = self._mels(lines, untils)
        ready = [
            i for i, (line, mel) in enumerate(zip(lines, mels, strict=True))
            if len(mel) > (0 if line.finished else FRAMES_HELD)
        ]  # fmt: skip
        sounds = dict(zip(ready, self._sounds(lines, mels, ready), strict=True))
        stretches = list[Samples]()
        for i, (line, mel, until) in enumerate(zip(lines, mels, untils, strict=True)):
            stretches.append(_rest(sounds.get(i), line.sounded))
            line.mel, line.spoken, line.chunks = mel, until, line.chunks + 1
            line.sounded += len(stretches[-1])
        return stretches

    def _sounds(
        self, lines: Sequence[Line], mels: Sequence[Tensor], ready: list[int]
    ) -> list[Tensor]:
        if not ready:
            return []
        return self._vocoder([mels[i] for i in ready], [lines[i].finished for i in ready])

    def _until(self, line: Line) -> int:
        """How many tokens of the line become frames now."""
        return len(line.codes) if line.finished else line.spoken + self._hop(line)

    def _mels(self, lines: Sequence[Line], untils: Sequence[int]) -> list[Tensor]:
        """All frames of each line up to there."""
        going = [i for i, until in enumerate(untils) if until]
        asked = [self._heard(lines[i], untils[i]) for i in going]
        flown = dict(zip(going, self._flow(asked) if asked else [], strict=True))
        mels = list[Tensor]()
        for i, line in enumerate(lines):
            if i not in flown:
                mels.append(torch.zeros(0, self.sizes.flow.bands, device=self._device))
                continue
            fresh = _paced(flown[i][line.spoken * FRAMES_A_TOKEN :], line.speed)
            mels.append(fresh if line.mel is None else torch.cat([line.mel, fresh]))
        return mels

    def _heard(self, line: Line, until: int) -> Heard:
        seen = line.codes[: until if line.finished else until + self.sizes.flow.ahead]
        codes = torch.tensor(seen, device=self._device)
        return Heard(codes, _moved(line.reference, self._device), line.finished)

    def end(self, line: Line) -> None:
        """Give the slot back."""
        if line.slot >= 0:
            self._free.append(line.slot)
            line.slot = -1

    def _hop(self, line: Line) -> int:
        if not line.chunks:
            return self._first
        return self.sizes.flow.chunk // FRAMES_A_TOKEN << min(line.chunks - 1, _DOUBLINGS)

    def _write(self, lines: list[Line], inputs: Tensor) -> None:
        slots = torch.tensor([line.slot for line in lines], device=self._device)
        places = torch.tensor([line.place for line in lines], device=self._device)
        logits = self._speaker(inputs, self._room, slots, places).float()
        for line, chances in zip(lines, logits.softmax(-1).cpu().numpy(), strict=True):
            line.place += inputs.shape[1]
            self._add(line, chances)

    def _add(self, line: Line, chances: Any) -> None:
        codes = self.sizes.speaker.codes
        if len(line.codes) < line.new * _LEAST:
            chances[codes:] = 0
        token = draw(chances, line.codes, line.random)
        most = min(line.new * _MOST, len(line.codes) + self._room.length - line.place)
        if token < codes:
            line.codes.append(token)
        line.finished = token >= codes or len(line.codes) >= most


def _loaded(kind: Any, sizes: Any, folder: Path, file: str) -> Any:
    """Without first filling it by chance, which takes longer than reading it."""
    with torch.device("meta"):
        network = kind(sizes)
    load(network, folder, file)
    return network.eval()


def _moved(reference: Reference, device: Any) -> Reference:
    parts = reference.codes, reference.mel, reference.voice
    return Reference(*(part.to(device) for part in parts))


def _paced(mel: Tensor, speed: float) -> Tensor:
    """Faster speech has fewer frames."""
    if speed == 1 or not len(mel):
        return mel
    frames = max(1, math.floor(len(mel) / speed))
    return F.interpolate(mel.T[None], size=frames, mode="linear")[0].T


def _rest(sound: Tensor, sounded: int) -> Samples:
    """What of *sound* has not been given out."""
    if sound is None:
        return np.zeros(0, np.float32)
    return np.asarray(sound[sounded:].cpu().numpy(), np.float32)
