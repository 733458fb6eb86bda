"""Pictures that were drawn lately, for whoever asks for the same again: an avatar is made of the
picture that was seen before, and drawing takes a GPU seconds."""

import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from hashlib import sha256

from avatar_serving.media import Image, Likeness, Look, Progress, StyliseRequest
from avatar_serving.stages.base import Stylise

KEPT_S = 600.0
MOST = 8


@dataclass(frozen=True, slots=True)
class _Drawn:
    picture: Image
    likeness: Likeness | None
    until_s: float


class RememberedStylise:
    """A stage in front of another one, in the memory of this process. A picture is found by the
    portrait's pixels and everything that the look says, the seed too."""

    def __init__(
        self, stylise: Stylise, kept_s: float = KEPT_S, most: int = MOST,
        now: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._stylise, self._kept_s, self._most, self._now = stylise, kept_s, most, now
        self._drawn: OrderedDict[bytes, _Drawn] = OrderedDict()

    async def run(self, request: StyliseRequest, /) -> AsyncGenerator[Progress | Image, None]:
        """As of the stage behind; of what is remembered only the likeness and the picture."""
        if request.look == Look():
            async with aclosing(self._stylise.run(request)) as items:
                async for item in items:
                    yield item
            return
        key = _key(request)
        found = self._found(key)
        if found is None:
            async with aclosing(self._stylise.run(request)) as items:
                likeness: Likeness | None = None
                async for item in items:
                    if isinstance(item, Image):
                        self._keep(key, item, likeness)
                    elif isinstance(item, Likeness):
                        likeness = item
                    yield item
            return
        if found.likeness is not None:
            yield found.likeness
        yield found.picture

    def _found(self, key: bytes) -> _Drawn | None:
        self._forget()
        return self._drawn.get(key)

    def _keep(self, key: bytes, picture: Image, likeness: Likeness | None) -> None:
        self._drawn[key] = _Drawn(picture, likeness, self._now() + self._kept_s)
        self._drawn.move_to_end(key)
        self._forget()

    def _forget(self) -> None:
        """The oldest come first."""
        now = self._now()
        while self._drawn:
            oldest = next(iter(self._drawn.values()))
            if len(self._drawn) <= self._most and oldest.until_s > now:
                return
            self._drawn.popitem(last=False)


def _key(request: StyliseRequest) -> bytes:
    look, digest = request.look, sha256()
    pictures = (request.image, look.background_image, look.style_image)
    words = replace(look, background_image=None, style_image=None)
    for picture in pictures:
        if picture is not None:
            digest.update(f"{picture.width} {picture.height} ".encode())
            digest.update(picture.rgb)
        digest.update(b";")
    digest.update(repr(words).encode())
    return digest.digest()
