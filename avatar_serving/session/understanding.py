"""From a user's sound to words, and to what the words mean for the turn."""

from contextlib import aclosing

from avatar_serving.flow import last
from avatar_serving.media import AudioChunk, Transcript, Utterance
from avatar_serving.session.powers import Powers
from avatar_serving.session.responder import Responder
from avatar_serving.session.sense import is_echo, sense_of
from avatar_serving.session.turns import Sense, Turns

_ECHOES = 2
"""So often may the avatar hear itself before sound alone no longer interrupts it."""


class Understanding:
    """What the user said, and whether it was meant for the avatar."""

    def __init__(self, powers: Powers, responder: Responder, turns: Turns) -> None:
        self._asr = powers.asr
        self._responder = responder
        self._turns = turns
        self._echoes = 0

    async def recognise(self, said: AudioChunk) -> Transcript:
        """Raises: what the engine raises."""
        return await last(self._asr.run(self._utterance(said)))

    async def overhear(self, said: AudioChunk) -> Transcript:
        """What is known first of a turn that goes on. Raises: what the engine raises."""
        async with aclosing(self._asr.run(self._utterance(said))) as transcripts:
            return await anext(transcripts)

    def _utterance(self, said: AudioChunk) -> Utterance:
        language = self._responder.config.language
        known = None if language == "auto" else language
        return Utterance(said, known, self._responder.language)

    def sense(self, text: str) -> Sense:
        """What *text* says about its turn, given what the avatar was saying."""
        over = self._turns.aside or self._responder.interrupted
        return sense_of(text, over=self._responder.last_said if over else None)

    def wants_no_answer(self, text: str) -> bool:
        """*text*, of a turn that has ended, was nothing or an aside. An avatar that hears itself
        becomes harder to interrupt."""
        self._echoes += is_echo(text, self._responder.last_said)
        self._turns.cautious = self._echoes >= _ECHOES
        return self.sense(text) in (Sense.NOTHING, Sense.ASIDE)
