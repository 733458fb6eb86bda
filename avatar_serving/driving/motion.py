"""What a performer does in a film, picture by picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import savgol_filter

from avatar_serving.driving.expression import expressions, read_weights
from avatar_serving.driving.heads import Floats, Heads, heads_of, upwards
from avatar_serving.driving.neutral import Neutral, neutral_of
from avatar_serving.faces.landmarks import BlendshapeModel
from avatar_serving.faces.topology import BLENDSHAPE_OUTPUT
from avatar_serving.footage.bank import Faces
from avatar_serving.media import ARKIT, FaceFrame

SMOOTH_S = 0.2
"""Window of a quadratic through its frames, which neither lags nor flattens what lasts as long."""
LIDS = ("eyeBlink", "eyeLook")


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """A row for each picture of the film, of which there are *count*."""

    fps: int
    neutral: Neutral
    heads: Heads
    """Where the neutral face lies in each picture."""
    weights: Floats
    """(n, 52), 0..1, relative to the neutral face."""
    angles: Floats
    """(n, 3) degrees, relative to how the head is mostly held."""
    takes: NDArray[np.intp]
    """(n,): which take of the film each picture belongs to."""

    @property
    def count(self) -> int:
        return len(self.weights)

    @property
    def seconds(self) -> float:
        return self.count / self.fps

    def held(self, number: int) -> Floats:
        """(478, 2): where the landmarks of the neutral face are in picture *number*, in pixels, the
        first of which covers 0..1."""
        heads = self.heads
        face = self.neutral.face @ heads.turns[number].T * heads.scales[number]
        return (face + heads.shifts[number])[:, :2] * (1, -1)

    def frames(self) -> tuple[FaceFrame, ...]:
        values = np.concatenate([self.weights, self.angles], axis=1).tolist()
        return tuple(FaceFrame(at / self.fps, tuple(row)) for at, row in enumerate(values))


def motion_of(seen: Faces, count: int) -> Motion:
    """Of a film of *count* pictures. Where the face is hidden for a moment, it goes from what was
    seen last to what is seen next."""
    model = BlendshapeModel()
    points = upwards(seen.landmarks)
    read = read_weights([model.run(landmarks) for landmarks in seen.landmarks])
    neutral = neutral_of(points, read, BLENDSHAPE_OUTPUT)
    heads = heads_of(neutral.face, points)
    weights = expressions(heads.unposed(points), read, neutral)
    takes = np.interp(np.arange(count), seen.frames, seen.takes).astype(np.intp)

    def whole(values: Floats) -> Floats:
        return smoothed(filled(values, seen.frames, count), takes, seen.fps)

    still = np.array([name.startswith(LIDS) for name in ARKIT])
    smooth = np.clip(whole(weights), 0, 1)
    smooth[:, still] = filled(weights, seen.frames, count)[:, still]
    placed = Heads(
        _turns(whole(heads.turns.reshape(-1, 9)).reshape(-1, 3, 3)),
        whole(heads.scales[:, None])[:, 0],
        whole(heads.shifts),
    )
    return Motion(seen.fps, neutral, placed, smooth, placed.angles(), takes)


def filled(values: Floats, frames: NDArray[np.intp], count: int) -> Floats:
    """(count, k) of *values* (n, k), which are known at *frames*."""
    at = np.arange(count)
    return np.stack([np.interp(at, frames, column) for column in values.T], axis=1)


def smoothed(values: Floats, takes: NDArray[np.intp], fps: int) -> Floats:
    """Each take by itself, forwards and backwards alike (Savitzky & Golay 1964)."""
    window = 2 * round(SMOOTH_S * fps / 2) + 1
    out = values.copy()
    for take in np.unique(takes):
        rows = takes == take
        if window > 3 and np.count_nonzero(rows) >= window:
            out[rows] = savgol_filter(values[rows], window, 2, axis=0)
    return out


def _turns(rough: Floats) -> Floats:
    """The rotations nearest to *rough* (n, 3, 3)."""
    left, _, right = np.linalg.svd(rough)
    return left @ right
