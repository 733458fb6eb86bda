"""What a drawing must be before anybody sees it: a decent picture, with a face, of that person."""

import numpy as np
from numpy.typing import NDArray

from avatar_serving.errors import ImageRejected, StageFailed
from avatar_serving.faces import Face, FaceFinder
from avatar_serving.faces.identity import SAME_PERSON, IdentityModel, distance
from avatar_serving.images import from_array
from avatar_serving.media import Likeness
from avatar_serving.safety.nsfw import NsfwClassifier


class Inspector:
    def __init__(self, finder: FaceFinder, most_nsfw: float) -> None:
        """*most_nsfw*: 0..1, the score from which a drawing is withheld."""
        self._finder, self._most_nsfw = finder, most_nsfw
        self._identity, self._nsfw = IdentityModel(), NsfwClassifier()

    def inspect(self, photo: NDArray[np.uint8], face: Face, drawing: NDArray[np.uint8]) -> Likeness:
        """How far *drawing* is from the *face* in *photo*.

        Raises:
            ImageRejected: the drawing is not safe for work.
            StageFailed: no face is left in it.
        """
        if self._nsfw.score(from_array(drawing)) >= self._most_nsfw:
            reason = "The drawing is not fit to be shown; use other words or another seed."
            raise ImageRejected("nsfw", reason)
        found = self._finder.find(drawing)
        if not found:
            reason = "the face is lost in the drawing; use less strength or other words"
            raise StageFailed("stylise", reason)
        before = self._identity.describe(photo, face)
        apart = distance(before, self._identity.describe(drawing, found[0]))
        if apart < SAME_PERSON:
            message = "Still the same person"
        else:
            message = "The drawing may no longer look like the person; less strength keeps more"
        return Likeness("stylise", 0.97, message, apart, apart < SAME_PERSON)
