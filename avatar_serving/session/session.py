"""One connection: client events in, the conversation out."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

from avatar_serving import logs
from avatar_serving.errors import AvatarError, InvalidRequest, LimitExceeded
from avatar_serving.protocol import client
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.client import ClientEvent, parse_client
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.listener import Listener
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.responder import Responder, Wish

log = logs.get()


class Session:
    """Reads what the client sends, one event at a time; slow work goes on beside it in tasks."""

    def __init__(
        self, powers: Powers, identity: Identity, send: Callable[[str], Awaitable[None]]
    ) -> None:
        self._powers = powers
        self._identity = identity
        self._out = Outbox(send, animated=identity.animated)
        self._responder = Responder(powers, identity, self._out, self._on_free)
        self._listener = Listener(powers, self._out, self._responder)

    async def run(self, messages: AsyncGenerator[str, None]) -> None:
        """Serve the connection until the client leaves. Nothing is left running after it."""
        try:
            await self._greet()
            async with aclosing(messages):
                async for text in messages:
                    await self._receive(text)
        finally:
            await self._listener.close()
            await self._responder.close()

    async def _greet(self) -> None:
        await self._out.send(wire.SessionCreated(session=self._responder.config))
        if self._identity.animated:
            await self._out.send(wire.AvatarClips.of(self._powers.clips))
        await self._out.state("idle")

    async def _receive(self, text: str) -> None:
        """Handle one message; what is wrong with it is answered, and the session goes on."""
        event_id = None
        try:
            event = parse_client(text)
            event_id = event.event_id
            await self._handle(event)
        except AvatarError as error:
            await self._out.fail(error, event_id)

    async def _handle(self, event: ClientEvent) -> None:
        match event:
            case client.InputAudioBufferAppend(audio=audio):
                await self._listener.push(audio)
            case client.AvatarPlayback(item_id=item_id, played_ms=played_ms):
                self._responder.played(item_id, played_ms)
            case client.SessionUpdate(session=patch):
                await self._update(patch)
            case client.InputAudioBufferCommit():
                await self._listener.commit()
            case client.InputAudioBufferClear():
                await self._listener.clear()
            case client.ResponseCreate(response=options):
                await self._respond(options)
            case client.ResponseCancel():
                await self._cancel()
            case client.OutputAudioBufferClear():
                await self._responder.interrupt("client_cancelled")
                await self._on_free()
            case client.ConversationItemCreate(item=item, previous_item_id=after):
                await self._add(item, after)
            case client.ConversationItemRetrieve(item_id=item_id):
                item = self._responder.conversation.retrieve(item_id)
                await self._out.send(wire.ConversationItemRetrieved(item=item))
            case client.ConversationItemDelete(item_id=item_id):
                self._responder.conversation.delete(item_id)
                await self._out.send(wire.ConversationItemDeleted(item_id=item_id))
            case client.ConversationItemTruncate():
                await self._truncate(event)

    async def _on_free(self) -> None:
        await self._listener.free()

    async def _cancel(self) -> None:
        if not self._responder.active:
            raise InvalidRequest.coded("response_cancel_not_active", "there is no response to cancel")
        await self._responder.interrupt("client_cancelled")
        await self._on_free()
