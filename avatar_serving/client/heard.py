"""What the client received and heard of an answer, and the figures that follow from it."""

import base64
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from avatar_serving.client.messages import TimedWord
from avatar_serving.client.playout import Playout
from avatar_serving.media import HEAD

Frames: TypeAlias = NDArray[np.float32]


def decode_frames(text: str, channels: int) -> Frames:
    """Motion as docs/protocol.md writes it: weights, then the head's angles in degrees."""
    whole = np.frombuffer(base64.b64decode(text), "<i2").reshape(-1, channels)
    numbers = whole.astype(np.float32) / np.float32(32767)
    numbers[:, -len(HEAD) :] *= 90
    return numbers


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames that arrived together."""

    arrived_s: float
    time_code: float
    """When the first is to be shown, in seconds of the answer's sound."""
    frames: Frames


@dataclass(slots=True)
class Answer:
    """One answer of the avatar, as this client has it so far."""

    item_id: str
    playout: Playout
    response_id: str = ""
    fps: int = 30
    motion: list[Stretch] = field(default_factory=list[Stretch])
    words: list[TimedWord] = field(default_factory=list[TimedWord])
    transcript: str = ""
    status: str = ""
    """completed, cancelled, failed, incomplete; empty while it goes on."""
    timings_ms: dict[str, float | None] = field(default_factory=dict[str, float | None])
    heard_text: str | None = None
    reported: bool = False

    def lateness_ms(self) -> list[float]:
        """Of each frame that was to be shown: how far behind the sound it would have been shown."""
        late: list[float] = []
        for stretch in self.motion:
            for i in range(len(stretch.frames)):
                due_s = self.playout.when_s(stretch.time_code + i / self.fps)
                if due_s is not None and due_s < (self.playout.stopped_s or np.inf):
                    late.append(max(0.0, stretch.arrived_s - due_s) * 1000)
        return late

    def drift_ms(self) -> float:
        """How far the motion's time has run from the sound's, at the end of the answer."""
        if not self.motion:
            return 0.0
        last = self.motion[-1]
        moved_s = last.time_code + len(last.frames) / self.fps
        apart_s = abs(moved_s - self.playout.seconds)
        return max(0.0, apart_s - 1 / self.fps) * 1000

    def gaps(self) -> int:
        """Frames missing between stretches, or sent twice."""
        wrong = 0
        for before, after in zip(self.motion, self.motion[1:], strict=False):
            expected = before.time_code + len(before.frames) / self.fps
            wrong += abs(round((after.time_code - expected) * self.fps))
        return wrong

    def motion_at(self, position_s: float) -> Frames | None:
        """The frame to show when *position_s* of the sound is heard, between its neighbours."""
        for stretch in reversed(self.motion):
            if stretch.time_code <= position_s + 1e-6:
                place = (position_s - stretch.time_code) * self.fps
                first = min(int(place), len(stretch.frames) - 1)
                second = min(first + 1, len(stretch.frames) - 1)
                part = min(place - first, 1.0)
                return (1 - part) * stretch.frames[first] + part * stretch.frames[second]
        return None
