"""From a mel spectrogram to sound: HiFT (https://arxiv.org/abs/2309.09493), looking back only.

A pitch is read from the spectrogram, sines and noise of that pitch are made, and convolutions shape
them, in the end as the short Fourier transform of the sound.
"""

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
import torch.nn.functional as F
from torch import nn

from avatar_serving.cosyvoice.sizes import RATE, SAMPLES_A_FRAME, VocoderSizes

# pyright: reportUntypedBaseClass=false
Tensor: TypeAlias = Any

_SLOPE = 0.1
_VOICED_HZ = 10.0
_LOUD, _BREATH = 0.1, 0.003
"""Amplitude of the sines, and of the noise in voiced sound."""
_LOUDEST = 0.99
_TRANSFORM, _HOP = 16, 4
_PITCH_AHEAD, _AHEAD = 3, 4
"""Frames that the pitch, then the sound, look ahead."""
_NOISE_S = 10
"""The noise repeats after so long."""
FRAMES_HELD = _PITCH_AHEAD + _AHEAD + 1
"""Frames at the end of a spectrogram that wait for more; one for the last transform."""


class Vocoder(nn.Module):
    def __init__(self, sizes: VocoderSizes) -> None:
        super().__init__()
        self.sizes = sizes
        widths = [sizes.width >> i for i in range(len(sizes.rates) + 1)]
        ratios = [math.prod(sizes.rates[i + 1 :]) for i in range(len(sizes.rates))]
        self.f0 = _Pitch(sizes)
        self.source = nn.Linear(sizes.harmonics + 1, 1)
        self.conv_pre = nn.Conv1d(sizes.bands, sizes.width, _AHEAD + 1)
        self.ups = nn.ModuleList(
            nn.Conv1d(wide, narrow, kernel)
            for wide, narrow, kernel in zip(widths, widths[1:], sizes.kernels, strict=False)
        )
        self.source_downs = nn.ModuleList(
            nn.Conv1d(2 * sizes.bins, width, 2 * ratio if ratio > 1 else 1, ratio)
            for width, ratio in zip(widths[1:], ratios, strict=True)
        )
        self.source_resblocks = nn.ModuleList(
            _Residual(width, kernel)
            for width, kernel in zip(widths[1:], sizes.source_blocks, strict=True)
        )
        self.resblocks = nn.ModuleList(
            _Residual(width, kernel) for width in widths[1:] for kernel in sizes.blocks
        )
        self.conv_post = nn.Conv1d(widths[-1], 2 * sizes.bins, 7)
        chance = torch.Generator().manual_seed(0)
        shape = (_NOISE_S * RATE, sizes.harmonics + 1)
        self.noise: Tensor = torch.rand(shape, generator=chance, device="cpu")

    def forward(self, mels: Sequence[Tensor], finals: Sequence[bool]) -> list[Tensor]:
        """Samples of each of *mels*, frames x bands: 480 a frame; without the last FRAMES_HELD
        frames, unless it is final."""
        rows = [mel.T for mel in mels]
        tracks = self.f0.double()(_ended(rows, finals, _PITCH_AHEAD).double())
        inputs, driven = list[Tensor](), list[Tensor]()
        for row, pitch, final in zip(rows, tracks, finals, strict=True):
            known = row.shape[-1] if final else row.shape[-1] - _PITCH_AHEAD
            inputs.append(row[:, :known])
            driven.append(self._driven(pitch[:known].to(row), final))
        x = self.conv_pre(_ended(inputs, finals, _AHEAD))
        return self._sounds(self._shaped(x, _padded(driven)), driven, finals)

    def _source(self, pitch: Tensor) -> Tensor:
        """Sines of *pitch* (Hz, one a frame) and its harmonics, and noise where there is none.

        The phase stands still within a frame: so the published weights were trained.
        """
        orders = torch.arange(1, self.sizes.harmonics + 2, device=pitch.device)
        turns = (pitch[:, None] * orders / RATE) % 1
        sines = _LOUD * torch.sin(turns.cumsum(0) * (2 * math.pi * SAMPLES_A_FRAME))
        sines = sines.repeat_interleave(SAMPLES_A_FRAME, dim=0)
        voiced = (pitch > _VOICED_HZ).to(sines).repeat_interleave(SAMPLES_A_FRAME)[:, None]
        level = voiced * _BREATH + (1 - voiced) * _LOUD / 3
        places = torch.arange(len(sines)) % len(self.noise)
        noise = self.noise[places].to(sines)
        return torch.tanh(self.source(sines * voiced + level * noise))[:, 0]

    def _driven(self, pitch: Tensor, final: bool) -> Tensor:
        """The transform of a line's source, 2 x bins x steps, as far as its sound is known."""
        source = self._source(pitch).float()
        window = torch.hann_window(_TRANSFORM, device=pitch.device)
        heard = torch.stft(source, _TRANSFORM, _HOP, window=window, return_complex=True)
        parts = torch.cat([heard.real, heard.imag]).to(pitch)
        return parts if final else parts[:, : -_AHEAD * SAMPLES_A_FRAME // _HOP]

    def _shaped(self, x: Tensor, driven: Tensor) -> Tensor:
        """Each row looks back only, so that what is after its end does not change it."""
        for number in range(len(self.ups)):
            x = self._stage(x, driven, number)
        return self.conv_post(F.pad(F.leaky_relu(x), (6, 0))).float()

    def _sounds(self, x: Tensor, driven: list[Tensor], finals: Sequence[bool]) -> list[Tensor]:
        window = torch.hann_window(_TRANSFORM, device=x.device)
        sounds = list[Tensor]()
        for row, source, final in zip(x, driven, finals, strict=True):
            size, phase = row[None, :, : source.shape[-1]].split(self.sizes.bins, dim=1)
            spectrum = torch.polar(torch.exp(size).clamp(max=100), torch.sin(phase))
            sound = torch.istft(spectrum, _TRANSFORM, _HOP, window=window)[0]
            sound = sound if final else sound[:-SAMPLES_A_FRAME]
            sounds.append(sound.clamp(-_LOUDEST, _LOUDEST))
        return sounds

    def _stage(self, x: Tensor, driven: Tensor, number: int) -> Tensor:
        rate, up, down = self.sizes.rates[number], self.ups[number], self.source_downs[number]
        x = F.leaky_relu(x, _SLOPE).repeat_interleave(rate, dim=-1)
        x = up(F.pad(x, (up.kernel_size[0] - 1, 0)))
        if number == len(self.ups) - 1:
            x = F.pad(x, (1, 0), mode="reflect")
        x = x + self.source_resblocks[number](down(F.pad(driven, (down.stride[0] - 1, 0))))
        kinds = len(self.sizes.blocks)
        blocks = self.resblocks[number * kinds : (number + 1) * kinds]
        return sum(block(x) for block in blocks) / kinds


class _Pitch(nn.Module):
    """Hz, one for each frame of batch x bands x frames. In 64 bit: the phase adds up its errors."""

    def __init__(self, sizes: VocoderSizes) -> None:
        super().__init__()
        first = nn.Conv1d(sizes.bands, sizes.pitch_width, _PITCH_AHEAD + 1)
        others = (nn.Conv1d(sizes.pitch_width, sizes.pitch_width, 3) for _ in range(4))
        self.condnet = nn.ModuleList([first, *others])
        self.classifier = nn.Linear(sizes.pitch_width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Without the last _PITCH_AHEAD frames of *x*."""
        first, *others = self.condnet
        x = F.elu(first(x))
        for conv in others:
            x = F.elu(conv(F.pad(x, (2, 0))))
        return self.classifier(x.transpose(1, 2)).squeeze(-1).abs()


class _Residual(nn.Module):
    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        spreads = (1, 3, 5)
        self.convs1 = nn.ModuleList(nn.Conv1d(width, width, kernel, dilation=d) for d in spreads)
        self.convs2 = nn.ModuleList(nn.Conv1d(width, width, kernel) for _ in spreads)
        self.activations1, self.activations2 = (
            nn.ModuleList(_Snake(width) for _ in spreads) for _ in range(2)
        )

    def forward(self, x: Tensor) -> Tensor:
        for snake1, conv1, snake2, conv2 in zip(
            self.activations1, self.convs1, self.activations2, self.convs2, strict=True
        ):
            x = x + _back(conv2, snake2(_back(conv1, snake1(x))))
        return x


class _Snake(nn.Module):
    """x + sin(ax)^2 / a, with a learned a for each channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        alpha = self.alpha[:, None]
        return x + torch.sin(alpha * x).square() / (alpha + 1e-9)


def _back(conv: Any, x: Tensor) -> Tensor:
    """A convolution that sees what was, not what comes."""
    return conv(F.pad(x, (conv.dilation[0] * (conv.kernel_size[0] - 1), 0)))


def _padded(rows: Sequence[Tensor]) -> Tensor:
    """Rows of channels x steps as one, with zeros after the end of those that are shorter."""
    most = max(row.shape[-1] for row in rows)
    return torch.stack([F.pad(row, (0, most - row.shape[-1])) for row in rows])


def _ended(rows: Sequence[Tensor], finals: Sequence[bool], ahead: int) -> Tensor:
    """As one, for a convolution that looks *ahead*: after the end of speech there is silence."""
    return _padded(
        [F.pad(row, (0, ahead if final else 0)) for row, final in zip(rows, finals, strict=True)]
    )
