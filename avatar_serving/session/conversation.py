"""The items of one conversation, and what of them a language model is told."""

from collections.abc import Sequence

from avatar_serving.errors import InvalidRequest, LimitExceeded, NotFound
from avatar_serving.media import Message, Word
from avatar_serving.protocol.ids import new_id
from avatar_serving.protocol.items import (
    AssistantMessage,
    FunctionCall,
    FunctionCallOutput,
    InputAudio,
    Item,
    OutputAudio,
    SystemMessage,
    UserMessage,
    text_of,
)


class Conversation:
    """Items in order. Every item has an id of its own."""

    def __init__(self, limit: int = 500) -> None:
        self._items: dict[str, Item] = {}
        self._order: list[str] = []
        self._words: dict[str, Sequence[Word]] = {}
        self._limit = limit

    def __len__(self) -> int:
        return len(self._order)

    def add(self, item: Item, after: str | None = None) -> tuple[Item, str | None]:
        """Put *item* at the end, or behind *after* (``root``: at the start).

        Returns the item, with an id, and the id of the one before it.

        Raises:
            InvalidRequest: its id is taken.
            NotFound: there is no item *after*.
            LimitExceeded: the conversation is full.
        """
        if len(self) >= self._limit:
            raise LimitExceeded("limits.items", len(self) + 1, self._limit)
        named = item if item.id else item.model_copy(update={"id": new_id("item")})
        assert named.id is not None
        if named.id in self._items:
            raise InvalidRequest(f"there is an item {named.id!r} already", "item.id")
        position = self._position(after)
        self._items[named.id] = named
        self._order.insert(position, named.id)
        return named, self._order[position - 1] if position else None

    def add_spoken(self, item_id: str) -> tuple[Item, str | None]:
        """The user has said something that is still being recognised."""
        return self.add(UserMessage(id=item_id, content=(InputAudio(),)))

    def set_transcript(self, item_id: str, transcript: str) -> None:
        """What the user said; the item may have been deleted meanwhile."""
        if item_id in self._items:
            content = (InputAudio(transcript=transcript),)
            self._items[item_id] = UserMessage(id=item_id, content=content)

    def answered(self, item: AssistantMessage, words: Sequence[Word]) -> None:
        """An answer is complete; *words* say when each word of it is heard."""
        if item.id is not None and item.id in self._items:
            self._items[item.id] = item
            self._words[item.id] = tuple(words)

    def retrieve(self, item_id: str) -> Item:
        """Raises:
        NotFound: no such item.
        """
        if item_id not in self._items:
            raise NotFound("item", item_id)
        return self._items[item_id]

    def delete(self, item_id: str) -> None:
        self.retrieve(item_id)
        del self._items[item_id]
        self._order.remove(item_id)
        self._words.pop(item_id, None)

    def truncate(self, item_id: str, heard_ms: int) -> str:
        """Keep of an answer only what was heard in its first *heard_ms*; returns that.

        Raises:
            NotFound: no such item.
            InvalidRequest: it is not an answer.
        """
        item = self.retrieve(item_id)
        if not isinstance(item, AssistantMessage):
            raise InvalidRequest("only an assistant message can be truncated", "item_id")
        heard = heard_text(self._words.get(item_id, ()), text_of(item), heard_ms)
        content = (OutputAudio(transcript=heard),)
        self._items[item_id] = item.model_copy(update={"content": content, "status": "incomplete"})
        return heard

    def messages(self, instructions: str, limit: int) -> tuple[Message, ...]:
        """The system prompt, then the newest items.

        History is dropped in batches of half of *limit*, so that what the model has read stays the
        same beginning for many turns and its prefix cache holds.
        """
        said = [m for m in map(_message, map(self._items.__getitem__, self._order)) if m.text]
        batch = max(1, limit // 2)
        dropped = max(0, -(-(len(said) - limit) // batch)) * batch
        return (Message("system", instructions), *said[dropped:])

    def _position(self, after: str | None) -> int:
        if after is None:
            return len(self._order)
        if after == "root":
            return 0
        self.retrieve(after)
        return self._order.index(after) + 1


def heard_text(words: Sequence[Word], text: str, heard_ms: int) -> str:
    """The beginning of *text* that was heard: up to the last word whose middle was.

    Words are looked up in the text in their order, so that its punctuation is kept.
    """
    end = 0
    for word in words:
        if (word.start_s + word.end_s) / 2 * 1000 > heard_ms:
            return text[:end].strip()
        found = text.find(word.text, end)
        if found >= 0:
            end = found + len(word.text)
    return text.strip() if words else ""


def _message(item: Item) -> Message:
    match item:
        case SystemMessage():
            return Message("system", text_of(item))
        case AssistantMessage():
            return Message("assistant", text_of(item))
        case FunctionCall(name=name):
            return Message("assistant", f"[called {name} with {text_of(item)}]")
        case FunctionCallOutput():
            return Message("user", f"[result: {text_of(item)}]")
        case UserMessage():
            return Message("user", text_of(item))
