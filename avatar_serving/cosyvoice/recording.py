"""A recording of a voice, as the networks take it: tokens, spectrogram, description."""

from pathlib import Path

import numpy as np
import torch

from avatar_serving.cosyvoice.features import HEARD_RATE, heard_mel, speaker_mel, spoken_mel
from avatar_serving.cosyvoice.flow import Reference
from avatar_serving.cosyvoice.sizes import FRAMES_A_TOKEN, RATE
from avatar_serving.errors import InvalidRequest
from avatar_serving.onnx import open_session
from avatar_serving.samples import Samples, resampled

_SHORTEST_S, _LONGEST_S = 1.0, 30.0


class Recordings:
    """Reads recordings, on the CPU; each voice is read once."""

    def __init__(self, folder: Path, chunk_tokens: int, first_tokens: int) -> None:
        """A recording is cut so that *first_tokens* after it a chunk of the flow is full."""
        self._tokeniser = open_session(folder / "speech_tokenizer_v3.onnx")
        self._describer = open_session(folder / "campplus.onnx")
        self._chunk, self._first = chunk_tokens, first_tokens

    def read(self, samples: Samples) -> Reference:
        """*samples*: 24 kHz.

        Raises:
            InvalidRequest: shorter than a second or longer than 30.
        """
        if not _SHORTEST_S <= len(samples) / RATE <= _LONGEST_S:
            reason = f"a recording of a voice lasts {_SHORTEST_S:g} to {_LONGEST_S:g} s"
            raise InvalidRequest(f"{reason}, not {len(samples) / RATE:.1f}", "recording")
        heard = resampled(samples, RATE, HEARD_RATE)
        codes, mel = self._codes(heard), spoken_mel(samples)
        count = self._fitting(min(len(codes), len(mel) // FRAMES_A_TOKEN))
        return Reference(
            torch.from_numpy(codes[:count]),
            torch.from_numpy(mel[: count * FRAMES_A_TOKEN].copy()),
            torch.from_numpy(self._voice(heard)),
        )

    def _fitting(self, tokens: int) -> int:
        """Fewer than a whole chunk cannot be cut to fit."""
        over = (tokens + self._first) % self._chunk
        return tokens - over if over < tokens else tokens

    def _codes(self, heard: Samples) -> "np.typing.NDArray[np.int64]":
        mel = heard_mel(heard)[None]
        names = [each.name for each in self._tokeniser.get_inputs()]
        feed = dict(zip(names, (mel, np.array([mel.shape[2]], np.int32)), strict=True))
        return np.asarray(self._tokeniser.run(None, feed)[0]).ravel().astype(np.int64)

    def _voice(self, heard: Samples) -> Samples:
        (given,) = self._describer.get_inputs()
        answer = self._describer.run(None, {given.name: speaker_mel(heard)[None]})
        return np.asarray(answer[0], np.float32).ravel()
