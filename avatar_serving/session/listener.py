"""The user's side of a conversation: sound in, turns out, each with its transcript."""

import asyncio

from avatar_serving import metrics
from avatar_serving.errors import WrongState
from avatar_serving.media import AudioChunk, Transcript
from avatar_serving.protocol import server as wire
from avatar_serving.session.answer import Answer
from avatar_serving.session.detection import detection_of
from avatar_serving.session.draft import Draft
from avatar_serving.session.drafting import Drafting, Pause
from avatar_serving.session.errands import Errands
from avatar_serving.session.hearing import Hearing
from avatar_serving.session.intake import Intake
from avatar_serving.session.outbox import Outbox
from avatar_serving.session.powers import Powers
from avatar_serving.session.responder import Responder
from avatar_serving.session.turns import (
    Act,
    AnswerHeard,
    AnswerStarted,
    Floor,
    Patience,
    Sense,
    Turns,
)
from avatar_serving.session.understanding import Understanding
from avatar_serving.session.user_turn import UserTurn

_SHORTEST_S = 0.1
_TICK_S = 0.1
_PIECE_BYTES = 3200
"""100 ms at 16 kHz: what a pause in it begins is done before more is listened to, so that clients
may send whole sentences at once."""


class Listener:
    """Hears the user. Does at once what the turn machine decides; slow work goes into tasks."""

    def __init__(self, powers: Powers, outbox: Outbox, responder: Responder) -> None:
        self._powers = powers
        self._out = outbox
        self._responder = responder
        self._turns = Turns(Patience(0.5, 0.5, judged=False))
        self._understanding = Understanding(powers, responder, self._turns)
        self._turn = self._new_turn()
        self._acting = asyncio.Lock()
        self._errands = Errands(outbox)
        self._drafting = Drafting(
            outbox.now, responder, self._understanding, self._errands, self._recognised
        )
        self._finishing: asyncio.Task[None] | None = None
        self._finished = b""
        """The sound of the turn that is finishing."""
        format = responder.config.audio.input.format
        self._intake = Intake(format, powers.limits.audio_rate, outbox.now)
        self._hear_anew()

    def configure(self) -> None:
        """Take the session's options over; a turn that is open starts anew."""
        self._intake.configure(self._responder.config.audio.input.format)
        self._hear_anew()

    def _hear_anew(self) -> None:
        detection = detection_of(self._responder.config.detection, self._powers.habits)
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
        self._intake.take(audio)
        if not self._automatic:
            self._hearing.keep(self._intake.heard())
        elif not self._hearing.can_wait(self._intake.kept_s):
            await self._hear()

    async def _hear(self) -> None:
        async with self._acting:
            await self._listen_to(self._intake.heard())
            if self._hearing.speaking:
                self._turn.partials.hear(self._hearing.turn_s, self._hearing.utterance)

    async def _listen_to(self, pcm: bytes) -> None:
        for at in range(0, max(1, len(pcm)), _PIECE_BYTES):
            await self._do(self._hearing.push(pcm[at : at + _PIECE_BYTES]))

    async def commit(self) -> None:
        """The client says that the turn is over."""
        if self._intake.kept_s:
            await self._hear()
        if self._hearing.buffered_s < _SHORTEST_S:
            raise WrongState(
                "input_audio_buffer_commit_empty",
                "the input audio buffer holds less than 100 ms of audio",
            )
        async with self._acting:
            self._hearing.onset_s = 0.0 if not self._automatic else self._hearing.onset_s
            self._hearing.last_speech_s = self._hearing.now_s
            await self._drafting.drop()
            self._begin_draft(answering=False)
            self._commit()
            self._hearing.clear()

    async def clear(self) -> None:
        async with self._acting:
            await self._drafting.drop()
            await self._turn.partials.stop()
            self._turn = self._new_turn()
            self._intake.clear()
            self._hearing.clear()
        await self._out.send(wire.InputAudioBufferCleared())

    async def say_nothing(self, silent_s: float) -> None:
        """The user has been silent for *silent_s*: their turn is an empty one."""
        turn, self._turn = self._turn, self._new_turn()
        await turn.timed_out(self._hearing.now_s, silent_s)
        await turn.committed()

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

    def unsaid(self) -> bytes:
        """What the user has said and nobody has recognised yet, as 16 kHz samples."""
        busy = self._finishing is not None and not self._finishing.done()
        before = self._finished if busy else b""
        if self._automatic and self._turns.floor is Floor.FREE:
            return before
        return before + (
            self._hearing.utterance().pcm if self._automatic else self._hearing.buffered
        )

    async def rehear(self, pcm: bytes) -> None:
        """Take what another gateway has heard of a turn, 16 kHz samples."""
        if not self._automatic:
            return self._hearing.keep(pcm)
        async with self._acting:
            await self._listen_to(pcm)

    async def settled(self) -> None:
        """Wait until all that the user has said is in the conversation."""
        if self._finishing is not None:
            await asyncio.wait({self._finishing})

    async def close(self) -> None:
        await self._errands.close()
        await self._turn.partials.stop()
        await self._drafting.close()

    async def _do(self, acts: list[Act]) -> None:
        for act in acts:
            match act:
                case Act.OPEN:
                    await self._turn.started(self._hearing.onset_s)
                case Act.STOP_ANSWER:
                    await self._take_floor()
                case Act.GIVE_UP:
                    await self._responder.give_up()
                case Act.PROBE:
                    self._errands.start(
                        self._probe(self._hearing.said_until_s, self._hearing.utterance())
                    )
                case Act.JUDGE:
                    self._errands.start(
                        self._judge(self._hearing.last_speech_s, self._hearing.utterance())
                    )
                case Act.DRAFT:
                    await self._drafting.drop()
                    self._begin_draft(answering=self._answers)
                    self._errands.start(self._watch_pause())
                case Act.DROP_DRAFT:
                    await self._drafting.drop()
                case Act.COMMIT:
                    self._commit()

    @property
    def _answers(self) -> bool:
        detection = self._responder.config.detection
        return detection is not None and detection.create_response

    async def _take_floor(self) -> None:
        heard_s = self._hearing.now_s - self._hearing.onset_s
        began = self._out.now()
        if await self._responder.interrupt("turn_detected", hold=True):
            metrics.barge_in.observe(heard_s + self._out.now() - began)
        await self._out.state("listening")

    async def _judge(self, at_s: float, said: AudioChunk) -> None:
        probability = await asyncio.to_thread(self._powers.end_of_turn.probability, said)
        async with self._acting:
            self._drafting.clock.note("end_of_turn")
            await self._do(self._hearing.judged(at_s, probability))

    async def _probe(self, at_s: float, said: AudioChunk) -> None:
        """Listen to what is said aside while the avatar talks."""
        heard = await self._understanding.recognise(said)
        await self._recognised(at_s, self._understanding.sense(heard.text))

    async def _recognised(self, at_s: float, sense: Sense) -> None:
        async with self._acting:
            await self._do(self._hearing.recognised(at_s, sense))

    def _new_turn(self) -> UserTurn:
        return UserTurn(
            self._responder.conversation,
            self._out,
            self._understanding.overhear,
            self._powers.habits.partial_s,
        )

    async def _watch_pause(self) -> None:
        """Let time pass for a client that sends nothing while its user is silent."""
        while self._turns.floor is Floor.PAUSED:
            await asyncio.sleep(_TICK_S)
            silent_s = self._out.now() - self._intake.arrived_s
            if silent_s > _TICK_S:
                async with self._acting:
                    await self._do(self._hearing.waited(silent_s))

    def _begin_draft(self, *, answering: bool) -> None:
        hearing = self._hearing
        behind_s = hearing.now_s - hearing.last_speech_s
        pause = Pause(hearing.utterance(), hearing.last_speech_s, self._intake.arrived_s - behind_s)
        self._drafting.begin(pause, answering=answering, after=self._finishing)

    def _commit(self) -> None:
        draft = self._drafting.take()
        turn, self._turn = self._turn, self._new_turn()
        hearing = self._hearing
        self._finished = hearing.utterance().pcm
        self._finishing = self._errands.start(
            self._finish(turn, draft, hearing.onset_s, hearing.last_speech_s)
        )

    async def _finish(self, turn: UserTurn, draft: Draft, began_s: float, ended_s: float) -> None:
        if self._automatic:
            await turn.stopped(ended_s)
        await turn.committed()
        heard = await turn.transcribed(draft, ended_s - began_s)
        if heard is not None:
            self._errands.start(self._responder.recall.learn(heard.text))
        await self._yield_floor(draft.answer, heard)
        self._drafting.given(draft)

    async def _yield_floor(self, answer: Answer | None, heard: Transcript | None) -> None:
        """The user has finished: the avatar answers, goes on with what it was saying, or waits."""
        if self._turns.floor is not Floor.FREE:
            if answer is not None:
                await answer.drop()
        elif answer is not None:
            self.answering()
            await self._responder.release(answer)
        elif self._interrupted_in_vain(heard):
            self.answering()
            await self._responder.resume()
        else:
            await self._responder.give_up()
            await self._out.state("idle")

    def _interrupted_in_vain(self, heard: Transcript | None) -> bool:
        if heard is None or not self._responder.interrupted:
            return False
        return self._understanding.wants_no_answer(heard.text)
