"""An avatar of one picture of a film, driven by the rest of it, beside what really happened.

Other measures ask whether a drawing shows what was asked. This one asks whether a person's face
does what the avatar does: everything that lies between a film and its avatar errs along, from what
is read of the film to how it is drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_serving.driving.motion import Motion
from avatar_serving.evaluation import measures
from avatar_serving.evaluation.controls import agreement
from avatar_serving.evaluation.landmarks import PARTS
from avatar_serving.evaluation.likeness import resemblance
from avatar_serving.evaluation.stand import LANDMARKS, Points, Stand
from avatar_serving.faces import Face
from avatar_serving.faces.canonical import canonical_face
from avatar_serving.faces.identity import IdentityModel, distance
from avatar_serving.faces.topology import OVAL
from avatar_serving.media import HEAD

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]

TURNED_DEG = 15.0
"""A turn that makes a picture as little calm as a full action."""
LENGTHS: dict[str, measures.Measure] = {
    "jaw": measures.aperture,
    "mouth's width": measures.mouth_width,
    "smile": measures.smile,
    "lids": measures.eye_opening,
    "brows": measures.brow_height,
}


@dataclass(frozen=True, slots=True, eq=False)
class Reenacted:
    """One picture of the film and its drawing, the head of the one moved and scaled onto the
    other's, not turned."""

    real: Pixels
    drawn: Pixels
    errors: Floats
    """(468,): how far apart landmarks are seen, in face widths."""
    psnr_db: float
    """Within the outline of both faces, as is the next."""
    ssim: float
    identity: float
    """Distance of the face descriptors of both."""
    lengths: dict[str, tuple[float, float]]
    """Each of LENGTHS in face widths, and the head's angles in degrees: really, and drawn."""

    def error(self, part: str = "") -> float:
        """Mean over a part of `landmarks.PARTS`, or over all landmarks."""
        return float((self.errors[list(PARTS[part])] if part else self.errors).mean())


def calmest(motion: Motion) -> int:
    """The picture to make the avatar of: least done, least turned."""
    off = np.abs(motion.angles - np.median(motion.angles, axis=0)).sum(1) / TURNED_DEG
    return int(np.argmin(motion.weights.sum(1) + off))


def driven(motion: Motion, source: int, at: int) -> tuple[float, ...]:
    """What an avatar of picture *source* is asked for at picture *at*: a number for each channel,
    heads turned from where they were in *source*."""
    turn = motion.angles[at] - motion.angles[source]
    return (*motion.weights[at].tolist(), *turn.tolist())


def reenact(
    stand: Stand, model: IdentityModel, pictures: Sequence[tuple[Pixels, tuple[float, ...]]]
) -> Iterator[Reenacted]:
    """*pictures*: of the film, and what the avatar is asked for. Leaves out those in which no face
    is found, be it the real or the drawn one."""
    for picture, values in pictures:
        view = stand.view(values)
        faces = stand.finder.find(picture, limit=1)
        if faces and view.face is not None:
            yield _compared(stand, model, (picture, faces[0]), (view.picture, view.face))


def _compared(
    stand: Stand, model: IdentityModel, real: tuple[Pixels, Face], drawn: tuple[Pixels, Face]
) -> Reenacted:
    there, here = (_points(face) for _, face in (real, drawn))
    scale, shift = placed(there, here)
    onto = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    side = (stand.size, stand.size)
    moved = cv2.warpAffine(real[0], onto, side, flags=cv2.INTER_CUBIC)
    film = np.asarray(moved, np.uint8)
    there = there * scale + shift
    box, mask = _both(there, here, stand.size)
    alike = resemblance(drawn[0][box], np.where(mask, film, drawn[0])[box])
    share = float(mask[box].mean())
    unit = stand.face_width
    lengths = {n: (m(there) / unit, m(here) / unit) for n, m in LENGTHS.items()}
    angles = zip(HEAD, real[1].pose, drawn[1].pose, strict=True)
    return Reenacted(
        film, drawn[0], np.linalg.norm(there - here, axis=1) / unit,
        alike.psnr_db + 10 * np.log10(share), 1 - (1 - alike.ssim) / share,
        distance(model.describe(*real), model.describe(*drawn)),
        lengths | {name: (one, other) for name, one, other in angles},
    )  # fmt: skip


def placed(points: Points, onto: Points) -> tuple[float, Floats]:
    """Scale and shift (2,) that best bring what expressions hardly move of *points* onto that of
    *onto*."""
    rigid = canonical_face().rigid
    one, other = points[rigid], onto[rigid]
    apart, wanted = one - one.mean(0), other - other.mean(0)
    scale = float((apart * wanted).sum() / (apart**2).sum())
    return scale, np.asarray(other.mean(0) - scale * one.mean(0), np.float64)


def _points(face: Face) -> Points:
    return face.landmarks[:LANDMARKS, :2].astype(np.float64)


def _both(one: Points, other: Points, size: int) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """The box around both faces' outlines, and what lies within both (size, size, 1)."""
    masks: list[Pixels] = []
    for points in (one, other):
        mask = np.zeros((size, size), np.uint8)
        cv2.fillPoly(mask, [np.round(points[list(OVAL)]).astype(np.int32)], 1)
        masks.append(mask)
    both = (masks[0] & masks[1]).astype(bool)
    rows, columns = np.flatnonzero(both.any(1)), np.flatnonzero(both.any(0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return box, both[..., None]


def followed(seen: Sequence[Reenacted]) -> dict[str, tuple[float, float]]:
    """Of each length and angle: correlation of what is drawn with what really was, and by how much
    the avatar moves for what the person moves."""
    return {
        name: agreement([picture.lengths[name] for picture in seen]) for name in (*LENGTHS, *HEAD)
    }
