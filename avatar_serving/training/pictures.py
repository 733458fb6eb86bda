"""The pictures of a character: enough, each with one face, and all of one person."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import ImageRejected, InvalidRequest
from avatar_serving.faces import FaceFinder
from avatar_serving.faces.identity import SAME_PERSON, IdentityModel, distance
from avatar_serving.flow import last
from avatar_serving.images import from_array, to_array
from avatar_serving.media import Image, Review
from avatar_serving.stages.base import ReviewStage
from avatar_serving.stages.stylise.canvas import make_canvas
from avatar_serving.stages.stylise.upscale import resized
from avatar_serving.training.options import Checked

FEWEST, MOST = 4, 20
_NSFW = "nsfw"


def check_number(count: int) -> None:
    """Raises InvalidRequest."""
    if not FEWEST <= count <= MOST:
        raise InvalidRequest(f"{FEWEST} to {MOST} pictures are needed, not {count}", "pictures")


def check_safe(reviews: Sequence[Review]) -> None:
    """One of each picture. Raises ImageRejected: one is not safe for work."""
    for number, review in enumerate(reviews, start=1):
        if (why := _unsafe(review)) is not None:
            raise ImageRejected(_NSFW, f"Picture {number}: {why}")


def _unsafe(review: Review) -> str | None:
    """Why a picture is not safe for work; None: it is."""
    refused = (c for c in review.checks if c.name == _NSFW and c.verdict == "refused")
    return next((check.reason for check in refused), None)


async def decent(review: ReviewStage, checked: Checked) -> Checked:
    """*checked* with a sample that may be shown: grey in its place, where it may not."""
    seen = await last(review.run(from_array(checked.sample)))
    if _unsafe(seen) is None:
        return checked
    return replace(checked, sample=np.full_like(checked.sample, 128))


def crops(pictures: Sequence[Image], side: int) -> list[NDArray[np.uint8]]:
    """Head and shoulders of each, (side, side, 3).

    Raises:
        ImageRejected: a picture without a face, or with several; not all of one person.
        InvalidRequest: too few or too many.
    """
    check_number(len(pictures))
    finder, identity = FaceFinder(), IdentityModel()
    cut: list[NDArray[np.uint8]] = []
    described: list[NDArray[np.float32]] = []
    for number, picture in enumerate(pictures, start=1):
        rgb = to_array(picture)
        if len(faces := finder.find(rgb)) != 1:
            reason = f"Picture {number} has {len(faces)} faces; one is needed."
            raise ImageRejected("faces" if faces else "face", reason)
        described.append(identity.describe(rgb, faces[0]))
        cut.append(resized(make_canvas(rgb, finder).rgb, side, side))
    _one_person(described)
    return cut


def _one_person(described: Sequence[NDArray[np.float32]]) -> None:
    """Each is near the one that is nearest to all: angles and years differ more between two."""
    between = np.array([[distance(one, other) for other in described] for one in described])
    from_centre = between[between.sum(1).argmin()]
    if from_centre.max() >= SAME_PERSON:
        number = int(from_centre.argmax()) + 1
        raise ImageRejected("identity", f"Picture {number} seems to show another person.")
