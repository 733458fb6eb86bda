"""What a client does to the items of the conversation: add, look at, cut short, delete."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import partial

from avatar_serving.errors import LimitExceeded, NotFound, WrongState
from avatar_serving.protocol import client
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.items import FunctionCallOutput, Item, UserMessage, text_of
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.powers import Powers
from avatar_serving.session.responder import Responder


class ItemRequests:
    """Every request is answered by the event of its name."""

    def __init__(self, powers: Powers, outbox: Outbox, responder: Responder) -> None:
        self._longest = powers.limits.text_chars
        self._out = outbox
        self._responder = responder

    async def add(self, item: Item, after: str | None) -> None:
        """Behind the item *after*; None: at the end. Its pictures are looked at meanwhile."""
        self.check_length(text_of(item))
        conversation, pictures = self._responder.conversation, ()
        if isinstance(item, UserMessage):
            item, pictures = await self._responder.sight.take(item)
        added, previous = conversation.add(item, after)
        if pictures and added.id is not None:
            show = partial(conversation.set_pictures, added.id)
            self._responder.sight.look_at(pictures, show)
        if isinstance(added, FunctionCallOutput):
            self._responder.filler.arrived(added.call_id)
        await self._out.send(wire.ConversationItemAdded(item=added, previous_item_id=previous))
        await self._out.send(wire.ConversationItemDone(item=added, previous_item_id=previous))
        if isinstance(added, UserMessage):
            await self._responder.recall.learn(text_of(added))

    async def retrieve(self, item_id: str) -> None:
        """Raises WrongState: no such item."""
        with _known("item_retrieve_invalid_item_id"):
            item = self._responder.conversation.retrieve(item_id)
        await self._out.send(wire.ConversationItemRetrieved(item=item))

    async def delete(self, item_id: str) -> None:
        """Raises WrongState: no such item."""
        with _known("item_delete_invalid_item_id"):
            self._responder.conversation.delete(item_id)
        await self._out.send(wire.ConversationItemDeleted(item_id=item_id))

    async def truncate(self, event: client.ConversationItemTruncate) -> None:
        """What was not heard of an answer is no part of the conversation."""
        await self._responder.cut(event.item_id, event.audio_end_ms)
        with _known("item_truncate_invalid_item_id"):
            self._responder.conversation.truncate(event.item_id, event.audio_end_ms)
        await self._out.send(
            wire.ConversationItemTruncated(
                item_id=event.item_id,
                content_index=event.content_index,
                audio_end_ms=event.audio_end_ms,
            )
        )

    def check_length(self, text: str) -> None:
        """Raises LimitExceeded: *text* is over ``limits.text_chars``."""
        if len(text) > self._longest:
            raise LimitExceeded("limits.text_chars", len(text), self._longest)


@contextmanager
def _known(code: str) -> Generator[None, None, None]:
    """An item that does not exist, in the code that clients know."""
    try:
        yield
    except NotFound as error:
        raise WrongState(code, error.message) from error
