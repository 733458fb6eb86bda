"""How large the networks are: those of Fun-CosyVoice3-0.5B, unless said otherwise."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeakerSizes:
    """The language model that writes speech tokens: Qwen2 with another vocabulary at its end."""

    words: int = 151_936
    """Text tokens."""
    width: int = 896
    layers: int = 24
    heads: int = 14
    key_heads: int = 2
    inner: int = 4864
    codes: int = 6561
    """Speech tokens, of which there are 25 a second."""
    signs: int = 200
    """Beginning, end, task ... after the speech tokens."""
    rope: float = 1e6
    end_of_prompt: int = 151_646
    """The text token between instruction and text."""


@dataclass(frozen=True, slots=True)
class FlowSizes:
    """From speech tokens to a mel spectrogram: a diffusion transformer."""

    codes: int = 6561
    bands: int = 80
    ahead: int = 3
    """Tokens that each one looks ahead."""
    ahead_width: int = 1024
    voice: int = 192
    """Numbers that describe a speaker."""
    width: int = 1024
    layers: int = 22
    heads: int = 16
    inner: int = 2048
    groups: int = 16
    """Of the convolutions that stand for position."""
    chunk: int = 50
    """Frames that see each other; with 50 frames a second, one second."""


@dataclass(frozen=True, slots=True)
class VocoderSizes:
    """From a mel spectrogram to sound: HiFT, sines and noise shaped by convolutions."""

    bands: int = 80
    width: int = 512
    pitch_width: int = 512
    harmonics: int = 8
    rates: tuple[int, ...] = (8, 5, 3)
    kernels: tuple[int, ...] = (16, 11, 7)
    blocks: tuple[int, ...] = (3, 7, 11)
    """Kernels of the residual blocks of each stage."""
    source_blocks: tuple[int, ...] = (7, 7, 11)
    bins: int = 9
    """Of the short Fourier transform at the end: 16 samples, 4 apart."""


@dataclass(frozen=True, slots=True)
class Sizes:
    speaker: SpeakerSizes = SpeakerSizes()
    flow: FlowSizes = FlowSizes()
    vocoder: VocoderSizes = VocoderSizes()


FRAMES_A_TOKEN = 2
SAMPLES_A_FRAME = 480
RATE = 24_000
"""Samples a second."""
