"""Pictures that the user shows, and what the camera shows now: kept as words, not as pictures."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from avatar_serving import images, logs
from avatar_serving.errors import AvatarError, ImageRejected, InvalidRequest
from avatar_serving.media import Image, Message
from avatar_serving.protocol.items import InputImage, UserMessage
from avatar_serving.session.outbox import Outbox

log = logs.get()

Look = Callable[[Image], Awaitable[str]]
"""Puts a picture into words, as a language model is told them. Raises AvatarError."""

_EVERY_S = 1.0
"""Camera frames are looked at no more often."""
_FRESH_S = 10.0
"""What the camera showed longer ago is not now."""
_MOST_PICTURES = 4
_SIDE_PX = 1024

T = TypeVar("T")


class Sight:
    """One session's."""

    def __init__(self, look: Look | None, limits: images.ImageLimits, outbox: Outbox) -> None:
        """*look*: None where the service cannot."""
        self._look = look
        self._limits = limits.model_copy(update={"working_side_px": _SIDE_PX})
        self._out = outbox
        self._work: set[asyncio.Task[None]] = set()
        self._frame: str | None = None
        self._watching: asyncio.Task[None] | None = None
        self._seen, self._seen_s = "", float("-inf")

    async def take(self, item: UserMessage) -> tuple[UserMessage, tuple[Image, ...]]:
        """The item without the pictures' data, and the pictures, in order.

        Raises:
            InvalidRequest: not a ``data:`` URL, too many, or nobody here who could look.
            ImageRejected: too large, or no picture.
        """
        shown = [part for part in item.content if isinstance(part, InputImage)]
        if not shown:
            return item, ()
        if len(shown) > _MOST_PICTURES:
            raise InvalidRequest(f"at most {_MOST_PICTURES} pictures at once", "item.content")
        pictures = tuple([await self._decoded(part.image_url or "") for part in shown])
        kept = tuple(
            part.model_copy(update={"image_url": None}) if isinstance(part, InputImage) else part
            for part in item.content
        )
        return item.model_copy(update={"content": kept}), pictures

    def look_at(self, pictures: Sequence[Image], tell: Callable[[tuple[str, ...]], None]) -> None:
        """Put *pictures* into words in the background, then *tell* them."""

        async def work() -> None:
            tell(tuple([await self._words(picture) for picture in pictures]))

        task = asyncio.create_task(self._guarded(work()))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def settled(self) -> None:
        """Wait until every picture has its words."""
        if self._work:
            await asyncio.wait(set(self._work))

    def see(self, image: str) -> None:
        """A camera frame has come. The newest is looked at, at most one a second."""
        self._frame = image
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())

    def regard(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """*messages* with what the camera shows now behind them."""
        if not self._seen or self._out.now() - self._seen_s > _FRESH_S:
            return messages
        return (*messages, Message("system", f"[The user's camera, now: {self._seen}]"))

    async def close(self) -> None:
        tasks = {*self._work, *([self._watching] if self._watching else [])}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _watch(self) -> None:
        while self._frame is not None:
            frame, self._frame = self._frame, None
            await self._guarded(self._notice(frame))
            await asyncio.sleep(_EVERY_S)

    async def _notice(self, frame: str) -> None:
        self._seen = await self._words(await self._decoded(frame))
        self._seen_s = self._out.now()

    async def _words(self, picture: Image) -> str:
        assert self._look is not None, "pictures are decoded only where somebody can look"
        return await self._look(picture)

    async def _decoded(self, url: str) -> Image:
        if self._look is None:
            raise InvalidRequest("this service cannot look at pictures", "image")
        return await asyncio.to_thread(lambda: images.decode(_data(url), self._limits))

    async def _guarded(self, work: Awaitable[None]) -> None:
        """What goes wrong is told to the client, and the session goes on."""
        try:
            await work
        except AvatarError as error:
            await self._out.fail(error)
        except Exception as error:
            log.error("looking failed", exc_info=error)
            await self._out.fail(AvatarError("the server could not look at the picture"))


def _data(url: str) -> bytes:
    """The content of a ``data:`` URL. Nothing is ever fetched."""
    head, _, body = url.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise InvalidRequest(
            "a picture comes as data:image/...;base64,...; no address is fetched", "image_url"
        )
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageRejected("decodable", "The picture is not base64.") from error
