"""One connection: client events in, the conversation out."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import Any

from avatar_serving import traces
from avatar_serving.errors import AvatarError, WrongState
from avatar_serving.flow import until
from avatar_serving.protocol import client
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.avatar import AvatarClips, AvatarMoving, Clip
from avatar_serving.protocol.client import ClientEvent, event_id_of, parse_client
from avatar_serving.protocol.session_config import ServerVad, SessionConfig
from avatar_serving.session.answer import Answer
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.idle import NUDGE, Idle, Reprompts
from avatar_serving.session.item_requests import ItemRequests
from avatar_serving.session.listener import Listener
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.parting import end_of, wish_to_go_on
from avatar_serving.session.playback_reports import PlaybackReports
from avatar_serving.session.powers import Identity, Powers
from avatar_serving.session.responder import Responder, Surroundings
from avatar_serving.session.snapshot import SessionSnapshot
from avatar_serving.session.updates import Updates
from avatar_serving.session.wish import Wish, wish_of

_LOOK_S = 0.05


class Session:
    """Reads what the client sends, one event at a time; slow work goes on beside it in tasks."""

    def __init__(
        self,
        powers: Powers,
        identity: Identity,
        config: SessionConfig,
        send: Callable[[str], Awaitable[None]],
        *,
        secret: dict[str, Any] | None = None,
    ) -> None:
        """*secret*: the session was opened with a client secret that stands for these options; what
        it names is not the browser's to change."""
        self._powers = powers
        self._identity = identity
        self._secret = secret
        self._out = Outbox(send, animated=identity.animated)
        around = Surroundings(self._on_free, lambda: self._listener.quiet)
        self._responder = Responder(powers, identity, config, self._out, around)
        self._listener = Listener(powers, self._out, self._responder)
        self._items = ItemRequests(powers, self._out, self._responder)
        self._updates = Updates(powers, self._items, secret)
        self._idle = Idle(self._nobody_speaks, self._reprompt)
        self._playback = PlaybackReports(self._responder.conversation)
        self._reprompts = Reprompts(powers.habits.reprompts)
        self.still = asyncio.Event()
        """Set once the client has said that it says nothing more on this connection."""
        self._taken_up: Answer | None = None
        """What another gateway had begun to say. The client may have heard all of it and asked for
        the next: that waits."""
        self._restored: SessionSnapshot | None = None

    def snapshot(self, seq: int = 0) -> SessionSnapshot:
        """What another gateway must know to go on; *seq* is the number of the last message said.
        What the user is saying at this moment is not in it: only ``part`` brings that."""
        given = self._responder.sent_so_far()
        return SessionSnapshot(
            config=self._responder.config,
            identity=self._identity,
            secret=self._secret,
            conversation=self._responder.conversation.snapshot(given),
            unfinished=self._responder.unfinished(),
            seq=seq,
        )

    @property
    def at_rest(self) -> bool:
        """Nobody is speaking, and nothing is being recognised or answered."""
        return self._listener.quiet and not self._responder.giving

    @property
    def told(self) -> asyncio.Event:
        """Set whenever the session may have changed; cleared by whoever waits for it."""
        return self._out.told

    def unsaid(self) -> bytes:
        """What the user has said and nobody has recognised yet, as 16 kHz samples."""
        return self._listener.unsaid()

    async def warn(self, within_s: float) -> None:
        """Tell the client that the session moves to another gateway."""
        await self._out.send(AvatarMoving(within_s=within_s))

    async def part(self, seq: Callable[[], int], within_s: float) -> SessionSnapshot:
        """End what is being said, so that another gateway can go on where this one stops.

        Words that are known to come are waited for, for *within_s* at most. *seq* gives the number
        of the last message, once all is said.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._settled()
        hearing = self.unsaid()
        left = await self._responder.part(within_s)
        kept = self.snapshot(seq())
        words = base64.b64encode(hearing).decode()
        return kept.model_copy(update={"unfinished": left, "hearing": words})

    @classmethod
    def restore(
        cls, powers: Powers, kept: SessionSnapshot, send: Callable[[str], Awaitable[None]]
    ) -> "Session":
        """The session that was *kept*, as its client knows it; what was being said is over."""
        session = cls(powers, kept.identity, kept.config, send, secret=kept.secret)
        session._responder.conversation.restore(kept.conversation)
        session._restored = kept
        return session

    async def run(self, messages: AsyncGenerator[str, None]) -> None:
        """Serve the connection until the client leaves. Nothing is left running after it."""
        mark = traces.begin("session", session_id=self._responder.config.id)
        with mark.inside():
            try:
                await self._converse(messages)
            finally:
                mark.end("closed")

    async def _converse(self, messages: AsyncGenerator[str, None]) -> None:
        try:
            await self._greet()
            async with aclosing(messages):
                async for text in messages:
                    await self._receive(text)
        finally:
            self._idle.stop()
            await self._listener.close()
            await self._responder.close()
            await self._responder.recall.close()

    async def _greet(self) -> None:
        if self._restored is not None:
            return await self._go_on(self._restored)
        await self._out.send(wire.SessionCreated(session=self._shown()))
        if self._identity.animated:
            clips = tuple(Clip(behaviour=b, frames=frames) for b, frames in self._powers.clips)
            await self._out.send(AvatarClips(clips=clips))
        await self._out.state("idle")
        await self._responder.recall.recognise(self._responder.config.avatar)
        if self._identity.greeting:
            self._listener.answering()
            await self._responder.follow(self._begin(Wish(text=self._identity.greeting)))
        else:
            self._responder.read_ahead()

    async def _go_on(self, kept: SessionSnapshot) -> None:
        """Take up what another gateway was doing."""
        await self._out.send(wire.SessionUpdated(session=self._shown()))
        await self._out.state("idle")
        await self._responder.recall.recognise(self._responder.config.avatar)
        left = kept.unfinished
        if left is not None and (ended := end_of(left)) is not None:
            await self._out.send(ended)
        wish = None if left is None else wish_to_go_on(left)
        if wish is not None:
            self._listener.answering()
            self._taken_up = self._begin(wish)
            await self._responder.follow(self._taken_up)
        else:
            self._responder.read_ahead()
        if kept.hearing:
            await self._listener.rehear(base64.b64decode(kept.hearing))

    async def _receive(self, text: str) -> None:
        """Handle one message; what is wrong with it is answered, and the session goes on."""
        try:
            await self._handle(parse_client(text))
        except AvatarError as error:
            await self._out.fail(error, event_id_of(text))

    async def _handle(self, event: ClientEvent) -> None:
        match event:
            case client.InputAudioBufferAppend(audio=audio):
                await self._listener.push(audio)
            case client.AvatarPlayback(item_id=item_id, played_ms=played_ms):
                self._responder.played(item_id, played_ms)
            case client.AvatarPlaybackReport():
                self._playback.take(event)
            case client.AvatarAffect():
                await self._responder.empathy.see(event)
            case client.AvatarMove():
                self.still.set()
            case client.AvatarFrame(image=image):
                self._responder.sight.see(image)
            case client.SessionUpdate(session=patch):
                await self._update(patch)
            case client.InputAudioBufferCommit():
                await self._listener.commit()
            case client.InputAudioBufferClear():
                await self._listener.clear()
            case client.ResponseCreate(response=options):
                await self._respond(options)
            case client.ResponseCancel(response_id=response_id):
                await self._cancel(response_id)
            case client.OutputAudioBufferClear():
                await self._responder.interrupt("client_cancelled")
                await self._on_free()
            case client.ConversationItemCreate(item=item, previous_item_id=after):
                await self._items.add(item, after)
            case client.ConversationItemRetrieve(item_id=item_id):
                await self._items.retrieve(item_id)
            case client.ConversationItemDelete(item_id=item_id):
                await self._items.delete(item_id)
            case client.ConversationItemTruncate():
                await self._items.truncate(event)

    async def _on_free(self) -> None:
        await self._listener.free()
        detection = self._responder.config.detection
        if isinstance(detection, ServerVad) and detection.idle_timeout_ms is not None:
            self._idle.begin(detection.idle_timeout_ms / 1000)

    def _nobody_speaks(self) -> bool:
        return self._listener.quiet and self._responder.silent

    async def _reprompt(self, silent_s: float) -> None:
        """The user has been silent for long: take their turn as an empty one, and speak."""
        if not self._reprompts.another(self._responder.conversation.last_words):
            return
        await self._listener.say_nothing(silent_s)
        detection = self._responder.config.detection
        if detection is not None and detection.create_response:
            answer = self._begin(Wish(nudge=NUDGE))
            self._listener.answering()
            await self._responder.follow(answer)

    async def _cancel(self, response_id: str | None) -> None:
        if not await self._responder.cancel(response_id):
            raise WrongState("response_cancel_not_active", "there is no such response to cancel")
        await self._on_free()

    async def _update(self, patch: dict[str, Any]) -> None:
        before = self._responder.config
        self._responder.config = config = self._updates.merged(before, patch)
        if before.audio.input != config.audio.input:
            self._listener.configure()
        await self._out.send(wire.SessionUpdated(session=self._shown()))
        recognised = await self._responder.recall.recognise(config.avatar)
        told = (before.instructions, before.tools) != (config.instructions, config.tools)
        if told or recognised:
            self._responder.read_ahead()

    async def _respond(self, options: client.ResponseOptions | None) -> None:
        wish = Wish()
        if options is not None:
            wish = wish_of(options, self._responder.conversation, locked=self._secret is not None)
            self._items.check_length(wish.instructions or "")
            if wish.voice:
                self._powers.find_voice(wish.voice)
        if not wish.remembered:
            return await self._responder.beside(self._begin(wish))
        if (before := self._taken_up) is not None:
            await until(lambda: not before.active, _LOOK_S)
        if not await self._responder.make_way():
            raise WrongState(
                "conversation_already_has_active_response",
                "an answer is being given; cancel it first",
            )
        answer = self._begin(wish)
        self._listener.answering()
        await self._responder.follow(answer)

    def _begin(self, wish: Wish) -> Answer:
        clock = TurnClock(self._out.now)
        return self._responder.begin(clock, wish=wish, settled=self._settled)

    async def _settled(self) -> None:
        """All that was said and shown so far is in the conversation."""
        await self._listener.settled()
        await self._responder.sight.settled()

    def _shown(self) -> SessionConfig:
        return self._updates.shown(self._responder.config)
