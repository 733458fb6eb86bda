"""The user's side of a conversation: sound in, turns out, each with its transcript."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from avatar_serving import logs, metrics
from avatar_serving.errors import AvatarError, WrongState
from avatar_serving.flow import last
from avatar_serving.media import AudioChunk, Transcript, Utterance
from avatar_serving.protocol import server as wire
from avatar_serving.protocol.audio import InputDecoder
from avatar_serving.protocol.ids import new_id
from avatar_serving.session.answer import Answer
from avatar_serving.session.budget import AudioBudget
from avatar_serving.session.clock import TurnClock
from avatar_serving.session.detection import detection_of
from avatar_serving.session.draft import Draft
from avatar_serving.session.hearing import Hearing
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.partials import Partials
from avatar_serving.session.powers import Powers
from avatar_serving.session.responder import Responder
from avatar_serving.session.sense import is_echo, sense_of
from avatar_serving.session.turns import (
    Act,
    AnswerHeard,
    AnswerStarted,
    Floor,
    Patience,
    Sense,
    Turns,
)

log = logs.get()

_SHORTEST_S = 0.1
_TICK_S = 0.1
_ECHOES = 2
"""So often may the avatar hear itself before sound alone no longer interrupts it."""


class Listener:
    """Hears the user. Does at once what the turn machine decides; slow work goes into tasks."""

    def __init__(self, powers: Powers, outbox: Outbox, responder: Responder) -> None:
        self._powers = powers
        self._out = outbox
        self._responder = responder
        self._turns = Turns(Patience(0.5, 0.5, judged=False))
        self._draft: Draft | None = None
        self._echoes = 0
        self._clock = TurnClock(outbox.now)
        self._item_id = new_id("item")
        self._partials = self._listen_along()
        self._acting = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._finishing: asyncio.Task[None] | None = None
        self._arrived_s = outbox.now()
        self._budget = AudioBudget(powers.limits.audio_rate, outbox.now())
        self.configure()

    def configure(self) -> None:
        """Take the session's options over; a turn that is open starts anew."""
        config, habits = self._responder.config, self._powers.habits
        detection = detection_of(config.detection, habits)
        self._decoder = InputDecoder(config.audio.input.format)
        self._automatic = detection.automatic
        self._turns.adjust(detection.patience, interruptible=detection.interruptible)
        vad = self._powers.vad.open(detection.threshold, detection.early_ms, detection.prefix_ms)
        self._hearing = Hearing(
            vad,
            self._turns,
            prefix_s=detection.prefix_ms / 1000,
            longest_s=self._powers.limits.utterance_s,
        )

    async def push(self, audio: str) -> None:
        """Take one ``input_audio_buffer.append``.

        Raises:
            InvalidRequest: not audio of the session's format.
            LimitExceeded: faster than ``limits.audio_rate``.
        """
        pcm = self._decoder.decode(audio)
        self._arrived_s = self._out.now()
        self._budget.spend(len(pcm) / 32_000, self._arrived_s)
        if not self._automatic:
            self._hearing.keep(pcm)
            return
        async with self._acting:
            await self._do(self._hearing.push(pcm))
            if self._hearing.speaking:
                self._partials.hear(self._hearing.turn_s, self._hearing.utterance)

    async def commit(self) -> None:
        """The client says that the turn is over."""
        if self._hearing.buffered_s < _SHORTEST_S:
            raise WrongState(
                "input_audio_buffer_commit_empty",
                "the input audio buffer holds less than 100 ms of audio",
            )
        async with self._acting:
            self._hearing.onset_s = 0.0 if not self._automatic else self._hearing.onset_s
            self._hearing.last_speech_s = self._hearing.now_s
            await self._drop_draft()
            self._begin_draft(answering=False)
            self._commit()
            self._hearing.clear()

    async def clear(self) -> None:
        async with self._acting:
            await self._drop_draft()
            await self._partials.stop()
            self._partials = self._listen_along()
            self._hearing.clear()
        await self._out.send(wire.InputAudioBufferCleared())

    async def say_nothing(self, silent_s: float) -> None:
        """The user has been silent for *silent_s*: their turn is an empty one."""
        item_id, self._item_id = self._item_id, new_id("item")
        ended_ms = round(max(self._hearing.now_s, silent_s) * 1000)
        await self._out.send(
            wire.InputAudioBufferTimeoutTriggered(
                audio_start_ms=ended_ms - round(silent_s * 1000),
                audio_end_ms=ended_ms,
                item_id=item_id,
            )
        )
        await self._announce_item(item_id)

    async def free(self) -> None:
        """The avatar has been heard to the end."""
        async with self._acting:
            await self._do(self._turns.feed(AnswerHeard()))
        if self._turns.floor is Floor.FREE:
            await self._out.state("idle")

    @property
    def quiet(self) -> bool:
        """The user is not speaking, and nothing that was said is still being recognised."""
        busy = self._finishing is not None and not self._finishing.done()
        return self._turns.floor is Floor.FREE and not busy

    def answering(self) -> None:
        """The avatar has the floor: speech is an interruption from now on."""
        self._turns.feed(AnswerStarted())

    async def settled(self) -> None:
        """Wait until all that the user has said is in the conversation."""
        if self._finishing is not None:
            await asyncio.wait({self._finishing})

    async def close(self) -> None:
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._partials.stop()
        await self._drop_draft()

    async def _do(self, acts: list[Act]) -> None:
        for act in acts:
            match act:
                case Act.OPEN:
                    await self._open()
                case Act.STOP_ANSWER:
                    await self._take_floor()
                case Act.GIVE_UP:
                    await self._responder.give_up()
                case Act.PROBE:
                    self._start(self._probe(self._hearing.said_until_s, self._hearing.utterance()))
                case Act.JUDGE:
                    self._start(self._judge(self._hearing.last_speech_s, self._hearing.utterance()))
                case Act.DRAFT:
                    await self._drop_draft()
                    self._begin_draft(answering=self._answers)
                    self._start(self._watch_pause())
                case Act.DROP_DRAFT:
                    await self._drop_draft()
                case Act.COMMIT:
                    self._commit()

    @property
    def _answers(self) -> bool:
        detection = self._responder.config.detection
        return detection is not None and detection.create_response

    async def _open(self) -> None:
        started_ms = round(self._hearing.onset_s * 1000)
        event = wire.InputAudioBufferSpeechStarted(audio_start_ms=started_ms, item_id=self._item_id)
        await self._out.send(event)
        await self._out.state("listening")

    async def _take_floor(self) -> None:
        heard_s = self._hearing.now_s - self._hearing.onset_s
        began = self._out.now()
        if await self._responder.interrupt("turn_detected", hold=True):
            metrics.barge_in.observe(heard_s + self._out.now() - began)
        await self._out.state("listening")

    async def _judge(self, at_s: float, said: AudioChunk) -> None:
        probability = await asyncio.to_thread(self._powers.end_of_turn.probability, said)
        async with self._acting:
            self._clock.note("end_of_turn")
            await self._do(self._hearing.judged(at_s, probability))

    async def _recognise(self, said: AudioChunk) -> Transcript:
        language = self._responder.config.language
        known = None if language == "auto" else language
        expected = self._responder.language
        return await last(self._powers.asr.run(Utterance(said, known, expected)))

    async def _probe(self, at_s: float, said: AudioChunk) -> None:
        """Listen to what is said aside while the avatar talks."""
        heard = await self._recognise(said)
        await self._recognised(at_s, self._sense(heard.text))

    async def _recognised(self, at_s: float, sense: Sense) -> None:
        async with self._acting:
            await self._do(self._hearing.recognised(at_s, sense))

    def _sense(self, text: str) -> Sense:
        over = self._turns.aside or self._responder.interrupted
        return sense_of(text, over=self._responder.last_said if over else None)

    def _listen_along(self) -> Partials:
        item_id = self._item_id

        async def tell(delta: str) -> None:
            event = wire.InputAudioTranscriptionDelta(item_id=item_id, delta=delta)
            await self._out.send(event)

        return Partials(self._recognise, tell, self._powers.habits.partial_s)

    async def _watch_pause(self) -> None:
        """Let time pass for a client that sends nothing while its user is silent."""
        while self._turns.floor is Floor.PAUSED:
            await asyncio.sleep(_TICK_S)
            silent_s = self._out.now() - self._arrived_s
            if silent_s > _TICK_S:
                async with self._acting:
                    await self._do(self._hearing.waited(silent_s))

    def _begin_draft(self, *, answering: bool) -> None:
        said, at_s = self._hearing.utterance(), self._hearing.last_speech_s
        behind_s = self._hearing.now_s - self._hearing.last_speech_s
        clock = self._clock = TurnClock(self._out.now, self._arrived_s - behind_s)
        clock.note("drafted")
        self._start(self._responder.empathy.listen(said))
        before = self._finishing

        async def transcribe() -> Transcript:
            if before is not None:
                await asyncio.wait({before})
            heard = await self._recognise(said)
            clock.note("asr")
            self._start(self._recognised(at_s, self._sense(heard.text)))
            return heard

        def begin(heard: Transcript) -> Answer | None:
            if self._sense(heard.text) is Sense.ASIDE:
                return None
            return self._responder.begin(clock, heard.text)

        self._draft = Draft(transcribe, begin if answering else None)

    async def _drop_draft(self) -> None:
        draft, self._draft = self._draft, None
        if draft is not None:
            await draft.drop()

    def _commit(self) -> None:
        draft, self._draft = self._draft, None
        assert draft is not None, "a turn is drafted before it is committed"
        item_id, self._item_id = self._item_id, new_id("item")
        partials, self._partials = self._partials, self._listen_along()
        ended_ms = round(self._hearing.last_speech_s * 1000)
        seconds = self._hearing.last_speech_s - self._hearing.onset_s
        self._clock.note("committed")
        self._finishing = self._start(self._finish(draft, partials, item_id, ended_ms, seconds))

    async def _finish(
        self, draft: Draft, partials: Partials, item_id: str, ended_ms: int, seconds: float
    ) -> None:
        try:
            await self._announce_turn(item_id, ended_ms)
            heard = await draft.transcript()
            await partials.finish(heard.text)
            self._responder.conversation.set_transcript(item_id, heard.text)
            self._start(self._responder.recall.learn(heard.text))
            await self._out.send(
                wire.InputAudioTranscriptionCompleted(
                    item_id=item_id,
                    transcript=heard.text,
                    usage=wire.DurationUsage(seconds=round(seconds, 3)),
                )
            )
        except AvatarError as error:
            await partials.stop()
            await draft.drop()
            await self._out.send(_failed(item_id, error))
            await self._yield_floor(None)
        except asyncio.CancelledError:
            await partials.stop()
            await draft.drop()
            raise
        else:
            await self._yield_floor(draft, heard.text)

    async def _yield_floor(self, draft: Draft | None, text: str | None = None) -> None:
        """The user has finished: the avatar answers, goes on with what it was saying, or waits."""
        answer = draft.answer if draft is not None else None
        if self._turns.floor is not Floor.FREE:
            if draft is not None:
                await draft.drop_answer()
        elif answer is not None:
            self.answering()
            await self._responder.release(answer)
        elif text is not None and self._responder.interrupted and self._is_aside(text):
            self.answering()
            await self._responder.resume()
        else:
            await self._responder.give_up()
            await self._out.state("idle")

    def _is_aside(self, text: str) -> bool:
        """*text* wanted no answer. An avatar that hears itself becomes harder to interrupt."""
        self._echoes += is_echo(text, self._responder.last_said)
        self._turns.cautious = self._echoes >= _ECHOES
        return self._sense(text) in (Sense.NOTHING, Sense.ASIDE)

    async def _announce_turn(self, item_id: str, ended_ms: int) -> None:
        if self._automatic:
            await self._out.send(
                wire.InputAudioBufferSpeechStopped(audio_end_ms=ended_ms, item_id=item_id)
            )
            await self._out.state("thinking")
        await self._announce_item(item_id)

    async def _announce_item(self, item_id: str) -> None:
        conversation = self._responder.conversation
        item, previous = conversation.add_spoken(item_id)
        await self._out.send(
            wire.InputAudioBufferCommitted(item_id=item_id, previous_item_id=previous)
        )
        await self._out.send(wire.ConversationItemAdded(item=item, previous_item_id=previous))
        await self._out.send(wire.ConversationItemDone(item=item, previous_item_id=previous))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A failure in the background is told to the client, and the session goes on."""
        try:
            await work
        except AvatarError as error:
            await self._out.fail(error)
        except Exception as error:
            log.error("listening failed", exc_info=error)
            await self._out.fail(AvatarError("the server could not follow what was said"))


def _failed(item_id: str, error: AvatarError) -> wire.InputAudioTranscriptionFailed:
    cause = wire.TranscriptionError(code=error.code, message=error.message)
    return wire.InputAudioTranscriptionFailed(item_id=item_id, error=cause)
