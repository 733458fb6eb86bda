"""Says one response on the wire, in the order clients rely on, never far ahead of its playback."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from avatar_serving.errors import AvatarError
from avatar_serving.media import AudioChunk, FaceFrame, Spoken, Word
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.audio import OutputEncoder
from avatar_serving.protocol.motion import encode_frames
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.conversation import Conversation
from avatar_serving.session.ledger import PlaybackLedger

Send = Callable[[wire.ServerEvent], Awaitable[None]]
Stretch = Spoken | str

_SLICE_S = 0.2
_FPS = 30


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a response is delivered."""

    response_id: str
    item_id: str
    spoken: bool
    """False: as text only."""
    animated: bool
    lead_s: float
    """How far sound may be sent ahead of its playback."""


class Announcer:
    """The wire events of one response. ``open`` and ``close`` may be called twice; once counts."""

    def __init__(
        self,
        delivery: Delivery,
        encoder: OutputEncoder,
        send: Send,
        conversation: Conversation,
        clock: TurnClock,
        now: Callable[[], float],
        on_first_sound: Callable[[], Awaitable[None]],
    ) -> None:
        self.delivery = delivery
        self.ledger = PlaybackLedger()
        self.words: list[Word] = []
        self._encoder = encoder
        self._send = send
        self._conversation = conversation
        self._clock = clock
        self._now = now
        self._on_first_sound = on_first_sound
        self._texts: list[str] = []
        self._opened = False
        self._closed = False

    @property
    def transcript(self) -> str:
        return "".join(self._texts)

    def unheard_s(self) -> float:
        """How long the sound that was sent will still be playing."""
        return max(0.0, self.ledger.sent_ms - self.ledger.heard_ms(self._now())) / 1000

    async def open(self) -> None:
        if self._opened:
            return
        self._opened = True
        to = self.delivery
        item = self._item("in_progress")
        await self._send(wire.ResponseCreated(response=self._response("in_progress")))
        await self._send(wire.ResponseOutputItemAdded(response_id=to.response_id, item=item))
        previous = self._conversation.add(item)
        await self._send(wire.ConversationItemAdded(item=item, previous_item_id=previous))
        await self._send(wire.ResponseContentPartAdded(**self._place, part=self._part("")))
        if to.animated:
            await self._send(
                wire.AvatarAnimationStarted(
                    response_id=to.response_id, item_id=to.item_id, fps=_FPS
                )
            )

    async def play(self, stretch: Stretch) -> None:
        """Send a stretch; returns when the next may be sent."""
        if isinstance(stretch, str):
            await self._write(stretch)
            return
        await self._caption(stretch)
        rate = stretch.speech.audio.sample_rate
        step = round(_SLICE_S * rate) * 2
        pcm = stretch.speech.audio.pcm
        for at in range(0, len(pcm), step):
            begin_s = stretch.start_s + at / 2 / rate
            await self._pace(begin_s)
            await self._move(stretch.frames, begin_s, begin_s + _SLICE_S)
            await self._sound(AudioChunk(pcm[at : at + step], rate))

    async def close(self, status: str, reason: str | None, error: AvatarError | None) -> None:
        if self._closed:
            return
        self._closed = True
        to, text = self.delivery, self.transcript
        item = self._item("completed" if status == "completed" else "incomplete")
        if to.spoken:
            await self._send(wire.ResponseOutputAudioDone(**self._place))
            await self._send(wire.ResponseOutputAudioTranscriptDone(**self._place, transcript=text))
        else:
            await self._send(wire.ResponseOutputTextDone(**self._place, text=text))
        await self._send(wire.ResponseContentPartDone(**self._place, part=self._part(text)))
        await self._send(wire.ResponseOutputItemDone(response_id=to.response_id, item=item))
        self._conversation.replace(item)
        await self._send(wire.ConversationItemDone(item=item))
        if to.animated:
            await self._send(
                wire.AvatarAnimationDone(response_id=to.response_id, item_id=to.item_id)
            )
        await self._send(wire.ResponseDone(response=self._response(status, reason, error)))
        await self._send(wire.RateLimitsUpdated())

    async def _write(self, delta: str) -> None:
        self._texts.append(delta)
        await self._send(wire.ResponseOutputTextDelta(**self._place, delta=delta))

    async def _caption(self, stretch: Spoken) -> None:
        """Say what is about to be heard, and when each word of it."""
        rate = stretch.speech.audio.sample_rate
        self.ledger.generated(round(len(stretch.speech.audio.pcm) / 2 / rate * 1000))
        words = [
            replace(w, start_s=w.start_s + stretch.start_s, end_s=w.end_s + stretch.start_s)
            for w in stretch.speech.words
        ]
        self.words += words
        if stretch.text:
            delta = joined(self._texts[-1] if self._texts else "", stretch.text)
            self._texts.append(delta)
            await self._send(wire.ResponseOutputAudioTranscriptDelta(**self._place, delta=delta))
        if self.delivery.animated and words:
            to = self.delivery
            await self._send(
                wire.AvatarWords.of(to.response_id, to.item_id, words)
            )

    async def _pace(self, begin_s: float) -> None:
        """Wait until *begin_s* of the answer is at most ``lead_s`` ahead of its playback."""
        ahead_s = begin_s - self.ledger.heard_ms(self._now()) / 1000 - self.delivery.lead_s
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)

    async def _move(self, frames: tuple[FaceFrame, ...], begin_s: float, end_s: float) -> None:
        due = [frame for frame in frames if begin_s <= frame.at_s < end_s]
        if not due or not self.delivery.animated:
            return
        to = self.delivery
        await self._send(
            wire.AvatarAnimationDelta(
                response_id=to.response_id,
                item_id=to.item_id,
                time_code=due[0].at_s,
                frames=encode_frames(due),
            )
        )

    async def _sound(self, audio: AudioChunk) -> None:
        await self._send(
            wire.ResponseOutputAudioDelta(**self._place, delta=self._encoder.encode(audio))
        )
        first = self.ledger.sent_ms == 0
        self.ledger.sent(round(audio.seconds * 1000), self._now())
        if first:
            self._clock.note("first_audio_sent")
            await self._on_first_sound()


def joined(before: str, text: str) -> str:
    """*text* as it follows *before*: with a space between, unless both meet in Chinese."""
    if not before or before[-1].isspace():
        return text
    return text if ord(before[-1]) > 0x2E7F and ord(text[0]) > 0x2E7F else f" {text}"
