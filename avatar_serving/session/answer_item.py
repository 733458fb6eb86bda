"""The message of one response on the wire: its sound, motion and words, never far ahead of its
playback."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from avatar_serving import metrics
from avatar_serving.media import AudioChunk, FaceFrame, Spoken, Word
from avatar_serving.protocol import avatar, items
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.audio import OutputEncoder
from avatar_serving.protocol.motion import encode_frames
from avatar_serving.protocol.session_config import AudioFormat, MaxTokens, Pcm
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.conversation import Conversation, heard_text
from avatar_serving.session.heard import timed_words
from avatar_serving.session.ledger import PlaybackLedger
from avatar_serving.session.outbox import Outbox

_SLICE_S = 0.2


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
    conversation_id: str | None = None
    """None: out of band, no conversation remembers it."""
    voice: str = ""
    format: AudioFormat = Pcm()
    max_tokens: MaxTokens = "inf"
    metadata: dict[str, str] | None = None


class AnswerItem:
    """Opened by the first thing that is said; what is never said has no item."""

    def __init__(
        self,
        delivery: Delivery,
        outbox: Outbox,
        conversation: Conversation | None,
        clock: TurnClock,
        busy_s: Callable[[], float],
    ) -> None:
        """*busy_s* tells how long an earlier answer will still sound: this one waits for it."""
        self.delivery = delivery
        self.ledger = PlaybackLedger()
        self.opened = self.closed = False
        self._encoder = OutputEncoder(delivery.format)
        self._out = outbox
        self._conversation = conversation
        self._clock = clock
        self._busy_s = busy_s
        self._texts: list[str] = []
        self._words: list[Word] = []
        self._going_on = False
        """What is said next belongs to the stretch whose text was said last."""
        self._ids: dict[str, Any] = {
            "response_id": delivery.response_id,
            "item_id": delivery.item_id,
        }

    @property
    def transcript(self) -> str:
        return "".join(self._texts)

    def heard_text(self, heard_ms: int) -> str:
        """What was heard of it in its first *heard_ms*."""
        return heard_text(self._words, self.transcript, heard_ms)

    @property
    def speaking(self) -> bool:
        """It was begun and has not ended."""
        return self.opened and not self.closed

    def sent(self) -> tuple[items.AssistantMessage, tuple[Word, ...]]:
        """What the client has of it, as an item of its own, and when each word of it is heard."""
        sent_ms = self.ledger.sent_ms
        text = self.heard_text(sent_ms) if self.delivery.spoken else self.transcript
        item = items.AssistantMessage(
            id=self.delivery.item_id, status="incomplete", content=(self._content(text),)
        )
        middle_ms = {word: (word.start_s + word.end_s) * 500 for word in self._words}
        return item, tuple(word for word in self._words if middle_ms[word] <= sent_ms)

    def made(self, status: items.Status) -> items.AssistantMessage:
        """The item as the conversation has it, with the words that were sent so far."""
        return items.AssistantMessage(
            id=self.delivery.item_id,
            status=status,
            content=() if status == "in_progress" else (self._content(self.transcript),),
        )

    async def play(self, stretch: Spoken | str) -> None:
        """Send a stretch; returns when the next may be sent."""
        await self._open()
        if isinstance(stretch, str):
            self._texts.append(stretch)
            await self._out.send(wire.ResponseOutputTextDelta(**self._ids, delta=stretch))
            return
        await self._caption(stretch)
        rate = stretch.speech.audio.sample_rate
        step = round(_SLICE_S * rate) * 2
        pcm, shown = stretch.speech.audio.pcm, 0
        for at in range(0, len(pcm), step):
            begin_s = stretch.start_s + at / 2 / rate
            await self._pace(begin_s)
            last = at + step >= len(pcm)
            due = len(stretch.frames) if last else _before(stretch.frames, begin_s + _SLICE_S)
            await self._move(stretch.frames[shown:due])
            shown = due
            await self._sound(AudioChunk(pcm[at : at + step], rate))

    async def close(self, status: items.Status) -> None:
        """All of it was sent, or nothing more of it will be."""
        if self.closed or not self.opened:
            return
        self.closed = True
        text, item = self.transcript, self.made(status)
        if self.delivery.spoken:
            await self._out.send(wire.ResponseOutputAudioDone(**self._ids))
            await self._out.send(
                wire.ResponseOutputAudioTranscriptDone(**self._ids, transcript=text)
            )
        else:
            await self._out.send(wire.ResponseOutputTextDone(**self._ids, text=text))
        await self._out.send(wire.ResponseContentPartDone(**self._ids, part=self._part(text)))
        response_id = self.delivery.response_id
        await self._out.send(wire.ResponseOutputItemDone(response_id=response_id, item=item))
        if self._conversation is not None:
            self._conversation.answered(item, self._words)
            await self._out.send(wire.ConversationItemDone(item=item))
        if self.delivery.animated:
            await self._out.send(avatar.AvatarAnimationDone(**self._ids))

    async def _open(self) -> None:
        if self.opened:
            return
        self.opened = True
        to, item = self.delivery, self.made("in_progress")
        await self._out.send(wire.ResponseOutputItemAdded(response_id=to.response_id, item=item))
        if self._conversation is not None:
            _, previous = self._conversation.add(item)
            await self._out.send(wire.ConversationItemAdded(item=item, previous_item_id=previous))
        await self._out.send(wire.ResponseContentPartAdded(**self._ids, part=self._part("")))
        if to.animated:
            await self._out.send(avatar.AvatarAnimationStarted(**self._ids))

    def _content(self, text: str) -> items.OutputAudio | items.OutputText:
        spoken = self.delivery.spoken
        return items.OutputAudio(transcript=text) if spoken else items.OutputText(text=text)

    def _part(self, text: str) -> wire.ContentPart:
        if self.delivery.spoken:
            return wire.ContentPart(type="audio", transcript=text)
        return wire.ContentPart(type="text", text=text)

    async def _caption(self, stretch: Spoken) -> None:
        """Say what is about to be heard, and when each word of it."""
        rate = stretch.speech.audio.sample_rate
        self.ledger.generated(round(len(stretch.speech.audio.pcm) / 2 / rate * 1000))
        words = [
            replace(w, start_s=w.start_s + stretch.start_s, end_s=w.end_s + stretch.start_s)
            for w in timed_words(stretch)
        ]
        self._words += words
        if stretch.text:
            before = "" if self._going_on else self._texts[-1] if self._texts else ""
            delta = joined(before, stretch.text)
            self._texts.append(delta)
            await self._out.send(wire.ResponseOutputAudioTranscriptDelta(**self._ids, delta=delta))
        self._going_on = stretch.goes_on and (self._going_on or bool(stretch.text))
        if self.delivery.animated and words:
            timed = tuple(
                avatar.TimedWord(
                    text=word.text,
                    start_ms=round(word.start_s * 1000),
                    end_ms=round(word.end_s * 1000),
                )
                for word in words
            )
            await self._out.send(avatar.AvatarWords(**self._ids, words=timed))

    async def _pace(self, begin_s: float) -> None:
        """Wait until *begin_s* of the answer is at most ``lead_s`` ahead of its playback."""
        busy_s = self._busy_s() if self.ledger.sent_ms == 0 else 0.0
        while busy_s > 0:
            await asyncio.sleep(busy_s)
            busy_s = self._busy_s()
        ahead_s = begin_s - self.ledger.heard_ms(self._out.now()) / 1000 - self.delivery.lead_s
        if ahead_s > 0:
            await asyncio.sleep(ahead_s)

    async def _move(self, frames: tuple[FaceFrame, ...]) -> None:
        if not frames or not self.delivery.animated:
            return
        await self._out.send(
            avatar.AvatarAnimationDelta(
                **self._ids, time_code=frames[0].at_s, frames=encode_frames(frames)
            )
        )

    async def _sound(self, audio: AudioChunk) -> None:
        await self._out.send(
            wire.ResponseOutputAudioDelta(**self._ids, delta=self._encoder.encode(audio))
        )
        first = self.ledger.sent_ms == 0
        self.ledger.sent(round(audio.seconds * 1000), self._out.now())
        if first:
            await self._first_sound()

    async def _first_sound(self) -> None:
        self._clock.note("first_audio_sent")
        waited_s = self._clock.since_origin_s("first_audio_sent")
        if self._clock.spoken and waited_s is not None:
            metrics.answered(waited_s)
        await self._out.state("speaking")


def _before(frames: tuple[FaceFrame, ...], end_s: float) -> int:
    """How many frames belong before *end_s*; sums of tenths are not exact."""
    return sum(frame.at_s < end_s - 1e-4 for frame in frames)


def joined(before: str, text: str) -> str:
    """*text* as it follows *before*: with a space between, unless both meet in Chinese."""
    if not before or before[-1].isspace():
        return text
    return text if ord(before[-1]) > 0x2E7F and ord(text[0]) > 0x2E7F else f" {text}"
