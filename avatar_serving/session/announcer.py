"""Says one response on the wire, in the order clients rely on."""

from collections.abc import Callable
from typing import Literal

from avatar_serving.errors import AvatarError
from avatar_serving.media import Spoken, ToolCall, Word
from avatar_serving.protocol import avatar, items
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.ids import new_id
from avatar_serving.session.answer_item import AnswerItem, Delivery
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.ledger import PlaybackLedger
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.usage import Tally

Stretch = Spoken | str | ToolCall
Status = Literal["in_progress", "completed", "cancelled", "failed"]


class Announcer:
    """The wire events of one response. ``open`` and ``close`` may be called twice; once counts."""

    def __init__(
        self,
        delivery: Delivery,
        outbox: Outbox,
        conversation: Conversation,
        clock: TurnClock,
        tally: Tally,
        busy_s: Callable[[], float],
    ) -> None:
        """*busy_s* tells how long an earlier answer will still sound: this one waits for it."""
        self.delivery = delivery
        self.calls: list[ToolCall] = []
        """The functions that the client was asked to do."""
        remembered = conversation if delivery.conversation_id is not None else None
        self._item = AnswerItem(delivery, outbox, remembered, clock, busy_s)
        self._out = outbox
        self._conversation = remembered
        self._clock = clock
        self._tally = tally
        self._asked: list[items.FunctionCall] = []
        self._opened = False
        self._closed = False

    @property
    def ledger(self) -> PlaybackLedger:
        return self._item.ledger

    @property
    def transcript(self) -> str:
        return self._item.transcript

    @property
    def said(self) -> bool:
        """Something of it was said, so that there is an item."""
        return self._item.opened

    def unheard_s(self) -> float:
        """How long the sound that was sent will still be playing."""
        return max(0.0, self.ledger.sent_ms - self.ledger.heard_ms(self._out.now())) / 1000

    def heard_text(self, heard_ms: int) -> str:
        """What was heard of the answer in its first *heard_ms*."""
        return self._item.heard_text(heard_ms)

    def sent(self) -> tuple[items.AssistantMessage, tuple[Word, ...]] | None:
        """What the client has of an item that has not ended, and when each word of it is heard."""
        return self._item.sent() if self._item.speaking else None

    @property
    def told(self) -> bool:
        """The client has heard of the response, and not that it is done."""
        return self._opened and not self._closed

    async def open(self) -> None:
        if not self._opened:
            self._opened = True
            await self._out.send(wire.ResponseCreated(response=self._response("in_progress")))

    async def play(self, stretch: Stretch) -> None:
        """Send a stretch; returns when the next may be sent."""
        if isinstance(stretch, ToolCall):
            await self._item.close("completed")
            await self._call(stretch)
        else:
            await self._item.play(stretch)

    async def close(self, status: Status, reason: str | None, error: AvatarError | None) -> None:
        """Say how the response ended, and why it did not end by itself."""
        if self._closed:
            return
        self._closed = True
        whole = status == "completed" and self._tally.complete
        await self._item.close("completed" if whole else "incomplete")
        await self._out.send(wire.ResponseDone(response=self._response(status, reason, error)))
        await self._out.send(wire.RateLimitsUpdated())

    async def report(self, heard: str | None = None) -> None:
        """Tell an avatar client where the turn's time went."""
        if self.delivery.animated:
            await self._out.send(
                avatar.AvatarTurn(
                    response_id=self.delivery.response_id,
                    item_id=self.delivery.item_id,
                    timings_ms=self._clock.timings_ms(),
                    heard_text=heard,
                )
            )

    async def _call(self, call: ToolCall) -> None:
        """Ask the client to do a function."""
        index = len(self._asked) + self.said
        item = items.FunctionCall(
            id=new_id("item"), name=call.name, arguments=call.arguments, call_id=call.id
        )
        self._asked.append(item)
        begun = item.model_copy(update={"status": "in_progress", "arguments": ""})
        response_id = self.delivery.response_id
        ids = {"response_id": response_id, "output_index": index}
        of_call = {**ids, "item_id": item.id, "call_id": call.id}
        await self._out.send(wire.ResponseOutputItemAdded.model_validate({**ids, "item": begun}))
        previous = None
        if self._conversation is not None:
            _, previous = self._conversation.add(item)
            self.calls.append(call)
            await self._out.send(wire.ConversationItemAdded(item=begun, previous_item_id=previous))
        whole = {**of_call, "arguments": call.arguments, "name": call.name}
        delta = wire.ResponseFunctionCallArgumentsDelta
        await self._out.send(delta.model_validate({**of_call, "delta": call.arguments}))
        await self._out.send(wire.ResponseFunctionCallArgumentsDone.model_validate(whole))
        await self._out.send(wire.ResponseOutputItemDone.model_validate({**ids, "item": item}))
        if self._conversation is not None:
            await self._out.send(wire.ConversationItemDone(item=item, previous_item_id=previous))

    def _response(
        self, status: Status, reason: str | None = None, error: AvatarError | None = None
    ) -> wire.Response:
        done, to = status != "in_progress", self.delivery
        cut = status == "completed" and not self._tally.complete
        output = wire.ResponseAudioOutput(format=to.format, voice=to.voice)
        return wire.Response(
            id=to.response_id,
            status="incomplete" if cut else status,
            status_details=_details(status, reason, error, cut=cut),
            output=self._output(status) if done else (),
            conversation_id=to.conversation_id,
            output_modalities=("audio",) if to.spoken else ("text",),
            audio=wire.ResponseAudio(output=output) if to.spoken else wire.ResponseAudio(),
            max_output_tokens=to.max_tokens,
            metadata=to.metadata,
            usage=self._tally.usage() if done else None,
        )

    def _output(self, status: Status) -> tuple[items.Item, ...]:
        whole = status == "completed" and self._tally.complete
        said = (self._item.made("completed" if whole else "incomplete"),) if self.said else ()
        return (*said, *self._asked)


def _details(
    status: Status, reason: str | None, error: AvatarError | None, *, cut: bool
) -> wire.StatusDetails | None:
    if cut:
        return wire.StatusDetails(type="incomplete", reason="max_output_tokens")
    if status in ("in_progress", "completed"):
        return None
    cause = None
    if error is not None:
        cause = wire.StatusError(type="server_error", code=error.code, message=error.message)
    return wire.StatusDetails(type=status, reason=reason, error=cause)
