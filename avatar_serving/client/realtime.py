"""A realtime session as a user's device holds it: microphone on, answers played on a paper speaker.

It does what docs/protocol.md asks of a client: falls silent when the user speaks, says how much was
heard, reports playback. Used by the demo, the benchmarks and the tests.
"""

import asyncio
import base64
import contextlib
import random
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import count

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from avatar_serving.client.connecting import (
    Disconnected,
    Where,
    connected_to,
    disconnected_by,
    retry_delay_s,
)
from avatar_serving.client.diary import Diary, Received
from avatar_serving.client.heard import Answer
from avatar_serving.client.messages import (
    Moving,
    ResumeToken,
    SpeechStarted,
    dump,
    parse,
)
from avatar_serving.client.microphone import Microphone
from avatar_serving.client.playback import PlaybackTold
from avatar_serving.client.resumption import Resumption, Sent
from avatar_serving.errors import AvatarError, StageTimeout

_ACK_S = 0.2
_LAST_WORDS_S = 1.0
_GOES_ON = (None, 1001, 1006, 1011, 1012, 1013)
"""Close codes after which a session may be resumed: nobody closed it, something between the two
went away, its gateway failed, stops, or has no place at this moment."""
_NO_PLACE = 1013


class RealtimeClient:
    """Made by ``open_session``. Times are those of ``time.monotonic``."""

    def __init__(self, where: Where, socket: ClientConnection) -> None:
        self.diary = Diary()
        self.microphone = Microphone(self.send_audio, where.keep_recording)
        self._where = where
        self._socket = socket
        self._resumption = Resumption()
        self._sent = Sent()
        self._told = PlaybackTold()
        self._connected = asyncio.Event()
        self._connected.set()
        self._changed = asyncio.Condition()
        self._listeners: list[asyncio.Queue[Received | None]] = []
        self._closed: AvatarError | None = None
        self._finished = asyncio.Event()
        self._leaving = False
        self.resumed = 0
        """How many times the connection was lost and found again."""

    async def send(self, kind: str, **fields: object) -> None:
        """Send one client event of the protocol; if the connection is lost, when it is back.

        Raises:
            Disconnected: the session is over.
        """
        await self._connected.wait()
        await self._post(dump(kind, **fields))

    async def _post(self, text: str) -> None:
        """Send without waiting: while there is no connection, it goes with what is sent again."""
        self._sent.add(text, time.monotonic())
        if not self._connected.is_set():
            return
        socket = self._socket
        try:
            await socket.send(text)
        except ConnectionClosed as error:
            if self._closed is not None or not self._may_resume(error):
                await self._last_words()
                raise (self._closed or disconnected_by(error)) from error
            if socket is self._socket:
                self._connected.clear()

    async def type_text(self, text: str) -> None:
        """Say *text* by keyboard and ask for an answer."""
        content = [{"type": "input_text", "text": text}]
        item = {"type": "message", "role": "user", "content": content}
        await self.send("conversation.item.create", item=item)
        await self.send("response.create")

    async def send_audio(self, pcm: bytes) -> None:
        """Send what a microphone of your own has heard: 24 kHz mono, signed 16-bit.

        Raises:
            Disconnected: the session is over.
        """
        await self.send("input_audio_buffer.append", audio=base64.b64encode(pcm).decode())

    async def wait_for(self, what: str, ready: Callable[[], bool], timeout_s: float = 60) -> None:
        """Wait until *ready*, looked at after every message.

        Raises:
            StageTimeout: it did not happen in time.
            AvatarError: the session ended before.
        """
        try:
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: ready() or self._closed is not None)
        except TimeoutError as error:
            raise StageTimeout(f"waiting until {what}: the server", timeout_s) from error
        if self._closed is not None and not ready():
            raise self._closed

    async def events(self) -> AsyncGenerator[Received, None]:
        """Messages from now on, until the session is over."""
        queue: asyncio.Queue[Received | None] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            while (received := await queue.get()) is not None:
                yield received
        finally:
            self._listeners.remove(queue)

    @property
    def over(self) -> AvatarError | None:
        """Why the session is over; None while it goes on."""
        return self._closed

    def playing(self) -> Answer | None:
        """The answer that sounds now."""
        return self.diary.playing(time.monotonic())

    async def receive(self) -> None:
        """Take messages until the session is over. ``open_session`` runs this."""
        try:
            while not await self._take():
                await self._come_back()
            self._closed = Disconnected("the server closed the session")
        except AvatarError as error:
            self._closed = error
        finally:
            self._closed = self._closed or Disconnected("the client left the session")
            self._connected.set()
            self._finished.set()
            await self._tell(None)

    async def _last_words(self) -> None:
        """What the server sent before it closed says why; it may not have been read yet."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_S):
                await self._finished.wait()

    async def _take(self) -> bool:
        """Take the messages of one connection; False if it was lost and the session may go on."""
        try:
            async for text in self._socket:
                received = Received(time.monotonic(), parse(str(text)))
                self._resumption.note(received.message)
                if isinstance(received.message, ResumeToken):
                    await self._send_again(received.message.received)
                if isinstance(received.message, SpeechStarted):
                    await self._fall_silent(received.at_s)
                if isinstance(received.message, Moving) and received.message.within_s == 0:
                    await self._hold_still()
                self.diary.take(received)
                await self._tell(received)
        except ConnectionClosed as error:
            if not self._may_resume(error):
                told = self.diary.errors[-1] if self.diary.errors and error.rcvd else ""
                raise disconnected_by(error, told) from error
            self._connected.clear()
            self._resumption.lost()
            return False
        return True

    async def _hold_still(self) -> None:
        """The session moves to another gateway: what is said from now on, is said there."""
        await self._post(dump("avatar.move"))
        self._connected.clear()

    async def _send_again(self, received: int | None) -> None:
        """Send what got lost with the last connection; whoever waits may send then."""
        if not self._connected.is_set():
            lost = [] if received is None else self._sent.after(received)
            for text in lost:
                await self._socket.send(text)
            self._connected.set()

    async def _come_back(self) -> None:
        """Raises:
        Disconnected: the server does not answer for as long as it would wait.
        """
        for attempt in count():
            await asyncio.sleep(retry_delay_s(attempt, random.random()))
            try:
                self._socket = await connected_to(
                    self._where,
                    self._resumption.address(self._where.address()),
                    self._resumption.subprotocols(),
                )
            except Disconnected:
                if not self._resumption.possible:
                    raise
            else:
                self.resumed += 1
                return

    def _may_resume(self, error: ConnectionClosed) -> bool:
        """The session goes on, here or at another gateway, and can be found again."""
        code = None if error.rcvd is None else error.rcvd.code
        if code == _NO_PLACE and not self._resumption.begun:
            return False
        return code in _GOES_ON and not self._leaving and self._resumption.possible

    async def report_playback(self) -> None:
        """Say every 200 ms how much was heard, and of each answer that is over how it was.
        ``open_session`` runs this."""
        while True:
            await asyncio.sleep(_ACK_S)
            await self._report(self.diary.answers)

    async def _report(self, answers: list[Answer]) -> None:
        if not self._where.animation:
            return
        now_s = time.monotonic()
        for kind, fields in (event for each in answers for event in self._told.due(each, now_s)):
            await self._post(dump(kind, **fields))

    async def close(self) -> None:
        """Say last how much was heard, and leave; no error where the connection is gone."""
        if self._closed is None:
            with contextlib.suppress(AvatarError):
                await self._report(self.diary.answers)
        self._leaving = True
        await self._socket.close()

    async def _tell(self, received: Received | None) -> None:
        for queue in self._listeners:
            queue.put_nowait(received)
        async with self._changed:
            self._changed.notify_all()

    async def _fall_silent(self, at_s: float) -> None:
        answer = self.diary.playing(at_s)
        if answer is None:
            return
        heard_ms = answer.playout.stop(at_s)
        self.diary.silenced.append((at_s, answer.item_id))
        await self._post(
            dump(
                "conversation.item.truncate",
                item_id=answer.item_id,
                content_index=0,
                audio_end_ms=heard_ms,
            )
        )
        await self._report([answer])


@asynccontextmanager
async def open_session(
    where: Where, *, microphone: bool = True
) -> AsyncGenerator[RealtimeClient, None]:
    """Open a session and hold it while the block runs.

    Raises:
        Disconnected: refused, or nobody there; says why.
    """
    client = RealtimeClient(where, await connected_to(where, where.address()))
    work = [client.receive(), client.report_playback()]
    if microphone:
        work.append(client.microphone.run())
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield client
    finally:
        await client.close()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError, AvatarError):
                await task
