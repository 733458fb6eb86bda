"""The sound of an utterance: checked, and cut into pieces that a recogniser can take."""

import numpy as np

from avatar_serving.errors import InvalidRequest
from avatar_serving.media import Utterance
from avatar_serving.samples import Samples, from_pcm

RATE = 16_000

_WINDOW_S = 28.0
_SEARCH_S = 8.0
_HOP = 320


def utterance_samples(request: Utterance) -> Samples:
    """
    Raises:
        InvalidRequest: not whole 16-bit samples at 16 kHz.
    """
    audio = request.audio
    if audio.sample_rate != RATE:
        raise InvalidRequest(f"speech must come at 16 kHz, not {audio.sample_rate} Hz", "audio")
    if len(audio.pcm) % 2:
        raise InvalidRequest("half a sample: 16-bit audio has an even number of bytes", "audio")
    return from_pcm(audio.pcm)


def windows(samples: Samples) -> list[Samples]:
    """Pieces of at most 28 s, cut where it is quietest."""
    pieces: list[Samples] = []
    longest, search = int(_WINDOW_S * RATE), int(_SEARCH_S * RATE)
    while len(samples) > longest:
        cut = longest - search + _quietest(samples[longest - search : longest])
        pieces.append(samples[:cut])
        samples = samples[cut:]
    return [*pieces, samples]


def _quietest(samples: Samples) -> int:
    """The middle of the quietest fifth of a second."""
    hops = samples[: len(samples) // _HOP * _HOP].reshape(-1, _HOP)
    power = np.convolve(np.square(hops).mean(axis=1), np.ones(10), mode="valid")
    return (int(np.argmin(power)) + 5) * _HOP
