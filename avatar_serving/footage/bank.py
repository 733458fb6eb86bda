"""A film as a bank: by what each frame is found, what mouth and head did in it, where it rests.

As in Video Rewrite (C. Bregler, M. Covell, M. Slaney, SIGGRAPH 1997), but whole frames are played.
"""

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import FootageRejected
from avatar_serving.faces.topology import BRIDGE, FOREHEAD, LIPS_INNER, LIPS_OUTER, NOSE_TIP
from avatar_serving.footage.reading import SHORTEST_S, pictures
from avatar_serving.footage.shelf import Shelf
from avatar_serving.footage.watching import Watch
from avatar_serving.stages.animate.matching import Bank
from avatar_serving.stages.animate.timeline import Floats

_EYES = (33, 263)
"""Outer corners: their distance is the unit of every pose."""
_HEAD = (*_EYES, 133, 362, NOSE_TIP, BRIDGE, FOREHEAD)
_FACE = (*LIPS_INNER, *LIPS_OUTER, 159, 145, 386, 374)
"""What moves within a head: lips and lids."""
_UPPER_LIP, _LOWER_LIP = 13, 14
_HEAD_COST, _FACE_COST, _TAKE_COST = 8.0, 5.0, 3.0
"""Of a leap by one unit of all points of a kind, and of one to the next take, before it is
squared."""
_CLOSED = 0.05
"""Opening of the lips, in units, up to which a mouth counts as closed: some 4 mm."""
_REST_S = 0.4
"""A mouth is not shut for so long within speech."""


@dataclass(frozen=True, slots=True)
class FilmBank:
    bank: Bank
    """A row for each frame in which the face is seen."""
    frames: NDArray[np.intp]
    """Which picture of the film each row is."""
    takes: NDArray[np.intp]
    """Which take each row belongs to."""
    opening: Floats
    """Of the lips, in distances of the outer corners of the eyes."""
    rests: tuple[tuple[int, int], ...]
    """Rows, first and past, in which nothing is said; at least one."""
    fps: int

    def later(self, row: int, steps: int) -> int:
        """The row *steps* after *row*, or the last before the film breaks off."""
        while steps and self.bank.follows[row]:
            row, steps = row + 1, steps - 1
        return row

    def earlier(self, row: int, steps: int) -> int:
        """The row *steps* before *row*, or the first after the film broke off."""
        while steps and row and self.bank.follows[row - 1]:
            row, steps = row - 1, steps - 1
        return row


@dataclass(frozen=True, slots=True)
class Faces:
    """What was seen in a film."""

    fps: int
    frames: NDArray[np.intp]
    takes: NDArray[np.intp]
    landmarks: NDArray[np.float32]
    """rows x 478 x 3."""


def watched(
    data: bytes, shelf: Shelf, shortest_s: float = SHORTEST_S
) -> Generator[float, None, Faces]:
    """Read the pictures of a film into *shelf*; gives the share that is done.

    Raises FootageRejected: what reading.pictures and watching.Watch do.
    """
    watch, fps = None, 0
    rows: list[tuple[int, int]] = []
    faces: list[NDArray[np.float32]] = []
    for read in pictures(data, shortest_s):
        fps = read.fps
        watch = watch or Watch(fps)
        landmarks = watch.see(read.picture)
        if landmarks is not None:
            rows.append((len(shelf), watch.take))
            faces.append(landmarks)
        shelf.add(read.picture)
        yield read.share
    if not rows:
        raise FootageRejected("face", "no face is seen in the film; film one person who speaks")
    frames, takes = np.array(rows, np.intp).T
    return Faces(fps, frames, takes, np.stack(faces))


def bank_of(seen: Faces, features: Floats, paused: NDArray[np.bool_]) -> FilmBank:
    """*features*: by what rows are found; *paused*: in which of them nothing is heard."""
    opening, poses = _poses(seen)
    follows = np.append((np.diff(seen.frames) == 1) & (np.diff(seen.takes) == 0), False)
    rests = _rests(opening, paused, follows, round(_REST_S * seen.fps))
    bank = Bank(features, poses, follows)
    return FilmBank(bank, seen.frames, seen.takes, opening, rests, seen.fps)


def _poses(seen: Faces) -> tuple[Floats, Floats]:
    """Opening of the lips, and poses whose squared distances are what a leap looks like."""
    points = seen.landmarks[:, :, :2].astype(np.float64)
    right, left = (points[:, eye] for eye in _EYES)
    points /= float(np.median(_lengths(left - right)))
    head: Floats = points[:, _HEAD]
    face: Floats = points[:, _FACE] - head.mean(axis=1, keepdims=True)
    parts = (
        _HEAD_COST * head.reshape(len(head), -1) / np.sqrt(len(_HEAD)),
        _FACE_COST * face.reshape(len(face), -1) / np.sqrt(len(_FACE)),
        _TAKE_COST * seen.takes[:, None],
    )
    lips = points[:, _LOWER_LIP] - points[:, _UPPER_LIP]
    return _lengths(lips), np.asarray(np.concatenate(parts, axis=1), np.float64)


def _lengths(vectors: Floats) -> Floats:
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def _rests(
    opening: Floats, paused: NDArray[np.bool_], follows: NDArray[np.bool_], least: int
) -> tuple[tuple[int, int], ...]:
    """Where lips are shut, or nothing is heard, for *least* frames; else where they open least."""
    calm = (opening < _CLOSED) | paused
    found: list[tuple[int, int]] = []
    first = 0
    for row in range(len(calm)):
        if not calm[row]:
            first = row + 1
        elif not follows[row] or not calm[row + 1]:
            if row + 1 - first >= least:
                found.append((first, row + 1))
            first = row + 1
    return tuple(found) or (_calmest(opening, follows, least),)


def _calmest(opening: Floats, follows: NDArray[np.bool_], least: int) -> tuple[int, int]:
    """The *least* frames of one take whose lips open least in all."""
    whole = [i for i in range(len(opening) - least) if follows[i : i + least - 1].all()]
    first = min(whole, key=lambda i: float(opening[i : i + least].sum()), default=0)
    return first, min(first + least, len(opening))
