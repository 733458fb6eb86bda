"""Where each show is that is drawn request by request."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from avatar_serving.samples import Samples
from avatar_serving.stages.render.drawing import Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """What a film goes on from."""

    reference: Any = field(repr=False)
    """Latents of the picture that it is made of."""
    last: Pixels = field(repr=False)
    """(frames, side, side, 3): those that were drawn last, as many as a stretch begins with."""
    heard: Samples = field(repr=False)
    """What was said before, up to the end of *last*; 16 kHz."""
    stretches: int
    """That were drawn."""
    pose: tuple[float, ...] = field(repr=False)
    """Of the picture: a number for each of CHANNELS."""


class Shows:
    """The *most* that went on last are kept; one that was forgotten begins anew. For one thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: OrderedDict[str, Place] = OrderedDict()

    def place(self, show: str) -> Place | None:
        """Where a show stands; None: it is new here, or was forgotten."""
        return self._places.get(show)

    def went_on(self, show: str, place: Place) -> None:
        """Remember where a show stands; too many: forget the one that rested longest."""
        if not show:
            return
        self._places[show] = place
        self._places.move_to_end(show)
        while len(self._places) > self._most:
            self._places.popitem(last=False)


def ending_at(sound: Samples, frames: int, samples_a_frame: int, longest: int) -> Samples:
    """The last *longest* whole frames of *sound* before frame *frames*; silence where it is
    shorter."""
    end = frames * samples_a_frame
    known = np.pad(sound[:end], (0, max(0, end - len(sound))))
    return known[max(0, end - longest * samples_a_frame) :]
