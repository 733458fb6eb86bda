"""The items of one conversation in order; of the answers, only what was heard."""

from collections.abc import Iterable, Sequence

from avatar_serving.errors import InvalidRequest, NotFound
from avatar_serving.media import Message, Word
from avatar_serving.protocol.ids import new_id
from avatar_serving.protocol.items import (
    AssistantMessage,
    InputAudio,
    InputImage,
    Item,
    OutputAudio,
    UserMessage,
    text_of,
)
from avatar_serving.session.heard import heard_text
from avatar_serving.session.history import History
from avatar_serving.session.snapshot import ConversationSnapshot, Uttered


class Conversation:
    """Every item has an id of its own. A full conversation forgets its oldest items."""

    def __init__(self, limit: int = 500) -> None:
        self.id = new_id("conv")
        self._items: dict[str, Item] = {}
        self._order: list[str] = []
        self._spoken: dict[str, tuple[str, Sequence[Word]]] = {}
        """Of each answer that sounded: its whole text, and when each word of it is heard."""
        self._history = History()
        self._limit = limit

    def __len__(self) -> int:
        return len(self._order)

    def add(self, item: Item, after: str | None = None) -> tuple[Item, str | None]:
        """Put *item* at the end, or behind *after* (``root``: at the start).

        Returns the item, with an id, and the id of the one before it.

        Raises:
            InvalidRequest: its id is taken.
            NotFound: there is no item *after*.
        """
        named = item if item.id else item.model_copy(update={"id": new_id("item")})
        assert named.id is not None
        if named.id in self._items:
            raise InvalidRequest(f"there is an item {named.id!r} already", "item.id")
        position = self._position(after)
        previous = self._order[position - 1] if position else None
        self._items[named.id] = named
        self._order.insert(position, named.id)
        while len(self) > self._limit:
            self.delete(next(item_id for item_id in self._order if item_id != named.id))
        return named, previous

    def add_spoken(self, item_id: str) -> tuple[Item, str | None]:
        """The user has said something that is still being recognised."""
        return self.add(UserMessage(id=item_id, content=(InputAudio(),)))

    def set_transcript(self, item_id: str, transcript: str) -> None:
        """What the user said; the item may have been deleted meanwhile."""
        if item_id in self._items:
            content = (InputAudio(transcript=transcript),)
            self._items[item_id] = UserMessage(id=item_id, content=content)

    @property
    def last_words(self) -> str | None:
        """The id of the newest message in which the user says something."""
        said = (i for i in reversed(self._order) if isinstance(self._items[i], UserMessage))
        return next((item_id for item_id in said if text_of(self._items[item_id])), None)

    def leave_out(self, item_id: str) -> None:
        """Show the item to the client, and never to the language model."""
        self._history.leave_out(item_id)

    def set_pictures(self, item_id: str, descriptions: Sequence[str]) -> None:
        """What the pictures of an item show; the item may have been deleted meanwhile."""
        item, words = self._items.get(item_id), iter(descriptions)
        if isinstance(item, UserMessage):
            content = tuple(
                part.model_copy(update={"description": next(words, None)})
                if isinstance(part, InputImage)
                else part
                for part in item.content
            )
            self._items[item_id] = item.model_copy(update={"content": content})

    def answered(self, item: AssistantMessage, words: Sequence[Word]) -> None:
        """An answer is complete; *words* say when each word of it is heard."""
        if item.id is not None and item.id in self._items:
            self._items[item.id] = item
            self._spoken[item.id] = text_of(item), tuple(words)

    def retrieve(self, item_id: str) -> Item:
        """Raises:
        NotFound: no such item.
        """
        if item_id not in self._items:
            raise NotFound("item", item_id)
        return self._items[item_id]

    def delete(self, item_id: str) -> None:
        """Raises:
        NotFound: no such item.
        """
        self.retrieve(item_id)
        del self._items[item_id]
        self._order.remove(item_id)
        self._spoken.pop(item_id, None)
        self._history.forget(item_id)

    def truncate(self, item_id: str, heard_ms: int) -> str:
        """Keep of an answer only what was heard in its first *heard_ms*; returns that.

        May be said again with another time: the last one counts, for a client knows better than
        the server's own clock what it has played.

        Raises:
            NotFound: no such item.
            InvalidRequest: it is not an answer that sounds.
        """
        item = self.retrieve(item_id)
        if not isinstance(item, AssistantMessage) or not _sounds(item):
            raise InvalidRequest("only an assistant's audio can be truncated", "item_id")
        text, words = self._spoken.get(item_id, (text_of(item), ()))
        heard = heard_text(words, text, heard_ms)
        content = (OutputAudio(transcript=heard),)
        self._items[item_id] = item.model_copy(update={"content": content, "status": "incomplete"})
        return heard

    def messages(self, instructions: str, limit: int) -> tuple[Message, ...]:
        """The system prompt, then the newest items; what was never recognised or heard is left
        out."""
        told = self._history.messages(self._order, self._items, limit)
        return (Message("system", instructions), *told)

    def said_by_user(self, newest: int = 8) -> list[str]:
        """What the user said or wrote lately, oldest first."""
        items = [self._items[item_id] for item_id in self._order]
        return [text_of(item) for item in items if isinstance(item, UserMessage)][-newest:]

    def left_behind(self) -> tuple[str, dict[str, Message]]:
        """The summary of what the language model is no longer told, and what it lacks, by id."""
        return self._history.summary, self._history.left(self._order, self._items)

    def summarise(self, summary: str, about: Iterable[str]) -> None:
        """*summary* is now also *about* these items."""
        self._history.summarise(summary, about)

    def snapshot(
        self, given: tuple[AssistantMessage, Sequence[Word]] | None = None
    ) -> ConversationSnapshot:
        """*given* is what was sent of the answer that is being given, and its words."""
        untold, hidden, summarised = self._history.kept()
        items, spoken = dict(self._items), dict(self._spoken)
        if given is not None and given[0].id in items:
            item, words = given
            items[given[0].id], spoken[given[0].id] = item, (text_of(item), words)
        return ConversationSnapshot(
            id=self.id,
            items=tuple(items[item_id] for item_id in self._order),
            uttered={
                item_id: Uttered(text=text, words=tuple(words))
                for item_id, (text, words) in spoken.items()
            },
            untold=untold,
            hidden=hidden,
            summarised=summarised,
            summary=self._history.summary,
        )

    def restore(self, kept: ConversationSnapshot) -> None:
        """Be the conversation that was *kept*."""
        self.id = kept.id
        self._items = {item.id: item for item in kept.items if item.id is not None}
        self._order = list(self._items)
        self._spoken = {i: (said.text, said.words) for i, said in kept.uttered.items()}
        self._history.restore(kept.untold, kept.hidden, kept.summarised, kept.summary)

    def _position(self, after: str | None) -> int:
        if after is None:
            return len(self._order)
        if after == "root":
            return 0
        self.retrieve(after)
        return self._order.index(after) + 1


def _sounds(item: AssistantMessage) -> bool:
    return all(isinstance(part, OutputAudio) for part in item.content)


__all__ = ["Conversation", "heard_text"]
