"""Which items a language model is told, so that what it has read stays the same for many turns."""

from collections.abc import Iterable, Mapping, Sequence

from avatar_serving.media import Message
from avatar_serving.protocol.items import (
    AssistantMessage,
    FunctionCall,
    FunctionCallOutput,
    Item,
    SystemMessage,
    UserMessage,
    text_of,
)
from avatar_serving.session.summary import summary_message


class History:
    """A window on the newest messages. It moves in steps of half its size, never one by one:
    between two steps the beginning of the prompt is the same, and the model's prefix cache holds.
    """

    def __init__(self) -> None:
        self._untold: set[str] = set()
        """Ids of the items that the window has left behind."""
        self._summarised: set[str] = set()
        """Those of them that ``summary`` is about."""
        self.summary = ""

    def forget(self, item_id: str) -> None:
        """The item was deleted. A summary that knew of it is written anew."""
        self._untold.discard(item_id)
        if item_id in self._summarised:
            self.summary = ""
            self._summarised.clear()

    def left(self, order: Sequence[str], items: Mapping[str, Item]) -> dict[str, Message]:
        """By id, the messages left behind that no summary is about."""
        waiting = [i for i in order if i in self._untold and i not in self._summarised]
        return {item_id: message_of(items[item_id]) for item_id in waiting}

    def summarise(self, summary: str, about: Iterable[str]) -> None:
        """*summary* replaces the one before, and is also *about* these items."""
        self.summary = summary
        self._summarised.update(self._untold.intersection(about))

    def messages(
        self, order: Sequence[str], items: Mapping[str, Item], limit: int
    ) -> tuple[Message, ...]:
        """Messages of *items* in *order*: at most *limit*, and system messages beside them."""
        told = [
            (item_id, message)
            for item_id in order
            if item_id not in self._untold and (message := message_of(items[item_id])).text
        ]
        said = [(item_id, message) for item_id, message in told if message.role != "system"]
        if len(said) > limit:
            self._untold.update(_oldest(said, limit))
        notes = (summary_message(self.summary),) if self.summary else ()
        return (*notes, *(message for item_id, message in told if item_id not in self._untold))


def _oldest(said: Sequence[tuple[str, Message]], limit: int) -> list[str]:
    """Ids to let go of: whole steps, and answers that have lost their question."""
    batch = max(1, limit // 2)
    count = -(-(len(said) - limit) // batch) * batch
    while count < len(said) - 1 and said[count][1].role == "assistant":
        count += 1
    return [item_id for item_id, _ in said[:count]]


def message_of(item: Item) -> Message:
    """What a language model is told of an item; an empty text: nothing."""
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
