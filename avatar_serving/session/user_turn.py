"""One turn of the user as the client hears of it: its item, its running and final transcript."""

import asyncio

from avatar_serving.errors import AvatarError
from avatar_serving.media import Transcript
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.ids import new_id
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.draft import Draft
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.partials import Partials, Recognise


class UserTurn:
    """The wire events of one turn of the user."""

    def __init__(
        self, conversation: Conversation, outbox: Outbox, recognise: Recognise, partial_s: float
    ) -> None:
        self.item_id = new_id("item")
        self.partials = Partials(recognise, self._tell, partial_s)
        self._conversation = conversation
        self._out = outbox

    async def started(self, at_s: float) -> None:
        """The user was heard from *at_s* on, in seconds of the session's audio."""
        ms = round(at_s * 1000)
        event = wire.InputAudioBufferSpeechStarted(audio_start_ms=ms, item_id=self.item_id)
        await self._out.send(event)
        await self._out.state("listening")

    async def stopped(self, at_s: float) -> None:
        ms = round(at_s * 1000)
        event = wire.InputAudioBufferSpeechStopped(audio_end_ms=ms, item_id=self.item_id)
        await self._out.send(event)
        await self._out.state("thinking")

    async def timed_out(self, now_s: float, silent_s: float) -> None:
        """Nothing was said for *silent_s*: an empty turn."""
        ended_ms = round(max(now_s, silent_s) * 1000)
        await self._out.send(
            wire.InputAudioBufferTimeoutTriggered(
                audio_start_ms=ended_ms - round(silent_s * 1000),
                audio_end_ms=ended_ms,
                item_id=self.item_id,
            )
        )

    async def committed(self) -> None:
        """The turn is an item of the conversation from now on."""
        item, previous = self._conversation.add_spoken(self.item_id)
        await self._out.send(
            wire.InputAudioBufferCommitted(item_id=self.item_id, previous_item_id=previous)
        )
        await self._out.send(wire.ConversationItemAdded(item=item, previous_item_id=previous))
        await self._out.send(wire.ConversationItemDone(item=item, previous_item_id=previous))

    async def transcribed(self, draft: Draft, seconds: float) -> Transcript | None:
        """Wait for the words of a turn that lasted *seconds*; None, and no answer, if recognition
        failed."""
        try:
            heard = await draft.transcript()
            await self.partials.finish(heard.text)
        except AvatarError as error:
            await self._void(draft)
            await self._out.send(_failed(self.item_id, error))
            return None
        except asyncio.CancelledError:
            await self._void(draft)
            raise
        self._conversation.set_transcript(self.item_id, heard.text)
        await self._out.send(
            wire.InputAudioTranscriptionCompleted(
                item_id=self.item_id,
                transcript=heard.text,
                usage=wire.DurationUsage(seconds=round(seconds, 3)),
            )
        )
        return heard

    async def _void(self, draft: Draft) -> None:
        await self.partials.stop()
        await draft.drop()

    async def _tell(self, delta: str) -> None:
        await self._out.send(wire.InputAudioTranscriptionDelta(item_id=self.item_id, delta=delta))


def _failed(item_id: str, error: AvatarError) -> wire.InputAudioTranscriptionFailed:
    cause = wire.TranscriptionError(code=error.code, message=error.message)
    return wire.InputAudioTranscriptionFailed(item_id=item_id, error=cause)
