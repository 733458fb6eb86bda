"""Which items a language model is told, so that what it has read stays the same for many turns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from avatar_serving.media import Message, ToolCall
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
        self._hidden: set[str] = set()
        self.summary = ""

    def leave_out(self, item_id: str) -> None:
        """The item is none of the model's business."""
        self._hidden.add(item_id)

    def kept(self) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
        """Ids that were left behind, that are never told, and that the summary is about."""
        untold, hidden, summarised = self._untold, self._hidden, self._summarised
        return tuple(sorted(untold)), tuple(sorted(hidden)), tuple(sorted(summarised))

    def restore(
        self, untold: Iterable[str], hidden: Iterable[str], summarised: Iterable[str], summary: str
    ) -> None:
        """Be as ``kept`` and ``summary`` were."""
        self._untold, self._hidden = set(untold), set(hidden)
        self._summarised, self.summary = set(summarised), summary

    def forget(self, item_id: str) -> None:
        """The item was deleted. A summary that knew of it is written anew."""
        self._untold.discard(item_id)
        self._hidden.discard(item_id)
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
        left_out = self._untold | self._hidden
        told = [
            (item_id, message)
            for item_id in order
            if item_id not in left_out and _says(message := message_of(items[item_id]))
        ]
        said = [(item_id, message) for item_id, message in told if message.role != "system"]
        if len(said) > limit:
            self._untold.update(_oldest(said, limit))
        notes = (summary_message(self.summary),) if self.summary else ()
        kept = [message for item_id, message in told if item_id not in self._untold]
        return (*notes, *paired(kept))


def _oldest(said: Sequence[tuple[str, Message]], limit: int) -> list[str]:
    """Ids to let go of: whole steps, and answers that have lost their question."""
    batch = max(1, limit // 2)
    count = -(-(len(said) - limit) // batch) * batch
    while count < len(said) - 1 and said[count][1].role in ("assistant", "tool"):
        count += 1
    return [item_id for item_id, _ in said[:count]]


def message_of(item: Item) -> Message:
    """What a language model is told of an item; without text or calls: nothing."""
    match item:
        case SystemMessage():
            return Message("system", text_of(item))
        case AssistantMessage():
            return Message("assistant", text_of(item))
        case FunctionCall(name=name):
            call = ToolCall(item.call_id or item.id or "", name, item.arguments)
            return Message("assistant", "", calls=(call,))
        case FunctionCallOutput(call_id=call_id):
            return Message("tool", text_of(item), call_id=call_id)
        case UserMessage():
            return Message("user", text_of(item))


def paired(messages: Sequence[Message]) -> tuple[Message, ...]:
    """*messages* as language models demand them: each call is followed by its result, whatever was
    said between them; a result without its call is left out."""
    results = {message.call_id: message for message in messages if message.role == "tool"}
    made: list[Message] = []
    for message in _joined(messages):
        made.append(message)
        made += [
            results.get(call.id) or Message("tool", _PENDING, call_id=call.id)
            for call in message.calls
        ]
    return tuple(made)


_PENDING = "There is no result yet."


def _joined(messages: Iterable[Message]) -> list[Message]:
    """Without results; calls that were made together are one message."""
    made: list[Message] = []
    calling = False
    for message in messages:
        if message.role != "tool":
            if message.calls and calling:
                made[-1] = replace(made[-1], calls=(*made[-1].calls, *message.calls))
            else:
                made.append(message)
        calling = bool(message.calls)
    return made


def _says(message: Message) -> bool:
    return bool(message.text or message.calls) or message.role == "tool"
