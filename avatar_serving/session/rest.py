"""What is left of an answer that was cut short, from the first word that was not heard."""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from avatar_serving.errors import AvatarError
from avatar_serving.media import AudioChunk, Phone, Speech, Spoken, Word
from avatar_serving.session.announcer import Stretch
from avatar_serving.session.answer_item import joined
from avatar_serving.session.heard import heard_text, timed_words
from avatar_serving.session.supply import Stretches

_FPS = 30
"""Frames of motion fall on multiples of 1 / 30 s of an answer, and so must its cuts."""
Timed = TypeVar("Timed", Phone, Word)


class Rest:
    """A supply of the unheard stretches of an answer, on a clock that starts with the first."""

    def __init__(self, played: Sequence[Spoken], heard_ms: float, supply: Stretches) -> None:
        left = [stretch for stretch in _joined(played) if _end_s(stretch) * 1000 > heard_ms]
        self._supply = supply
        self._left = deque(_from_word(left, heard_ms / 1000) if left else ())
        self._offset_s = self._left[0].start_s if self._left else _offset_after(played)

    @property
    def exhausted(self) -> bool:
        return not self._left and self._supply.exhausted

    async def next(self) -> Stretch | None:
        """What was sent in vain, then what the supply still makes.

        Raises: what the supply raises.
        """
        made = self._left.popleft() if self._left else await self._supply.next()
        return earlier(made, self._offset_s) if isinstance(made, Spoken) else made

    async def words(self, within_s: float) -> tuple[str, bool]:
        """The text that is left, as far as it is known *within_s*, and whether that is all. A
        function that the model calls ends it: to ask for that is left to whoever goes on."""
        text, going_on = "", False
        self.go_on()
        try:
            async with asyncio.timeout(within_s):
                while (stretch := await self.next()) is not None:
                    if not isinstance(stretch, Spoken):
                        return text, False
                    if stretch.text:
                        text += stretch.text if going_on else joined(text, stretch.text)
                    going_on = stretch.goes_on and (going_on or bool(stretch.text))
        except (TimeoutError, AvatarError):
            return text, False
        return text, True

    def hold(self) -> None:
        self._supply.hold()

    def go_on(self) -> None:
        self._supply.go_on()

    async def close(self) -> None:
        await self._supply.close()


def _joined(played: Sequence[Spoken]) -> list[Spoken]:
    """Stretches of which only pieces were played: a cut falls between words, not pieces."""
    stretches = list[Spoken]()
    for piece in played:
        if stretches and stretches[-1].goes_on:
            stretches[-1] = _longer(stretches[-1], piece)
        else:
            stretches.append(piece)
    return stretches


def _longer(begun: Spoken, piece: Spoken) -> Spoken:
    by_s = begun.start_s - piece.start_s
    audio = begun.speech.audio
    speech = Speech(
        replace(audio, pcm=audio.pcm + piece.speech.audio.pcm),
        begun.speech.phones + tuple(_moved(p, by_s) for p in piece.speech.phones),
        begun.speech.words + tuple(_moved(w, by_s) for w in piece.speech.words),
    )
    return Spoken(
        begun.text + piece.text, speech, begun.start_s, begun.frames + piece.frames, piece.goes_on
    )


def _from_word(left: list[Spoken], heard_s: float) -> list[Spoken]:
    """*left* without the words that were heard. A cut falls in front of a word."""
    first, *others = left
    words = timed_words(first)
    unheard = [w for w in words if (w.start_s + w.end_s) / 2 + first.start_s > heard_s]
    if not unheard:
        return others
    cut_s = max(0.0, math.floor((first.start_s + unheard[0].start_s) * _FPS) / _FPS - first.start_s)
    heard = heard_text(words, first.text, (heard_s - first.start_s) * 1000)
    text = first.text[len(heard) :].lstrip() or " ".join(word.text for word in unheard)
    return [_cut(first, cut_s, text), *others]


def _cut(stretch: Spoken, cut_s: float, text: str) -> Spoken:
    audio = stretch.speech.audio
    at = round(cut_s * audio.sample_rate) * 2
    speech = Speech(
        AudioChunk(audio.pcm[at:], audio.sample_rate),
        tuple(_moved(p, cut_s) for p in stretch.speech.phones if p.end_s > cut_s),
        tuple(_moved(w, cut_s) for w in stretch.speech.words if w.end_s > cut_s),
    )
    start_s = stretch.start_s + cut_s
    frames = tuple(frame for frame in stretch.frames if frame.at_s >= start_s - 1e-4)
    return Spoken(text, speech, start_s, frames, stretch.goes_on)


def _moved(timed: Timed, by_s: float) -> Timed:
    return replace(timed, start_s=max(0.0, timed.start_s - by_s), end_s=timed.end_s - by_s)


def earlier(stretch: Spoken, by_s: float) -> Spoken:
    """*stretch* on a clock that starts *by_s* later."""
    frames = tuple(replace(frame, at_s=frame.at_s - by_s) for frame in stretch.frames)
    return replace(stretch, start_s=stretch.start_s - by_s, frames=frames)


def _end_s(stretch: Spoken) -> float:
    return stretch.start_s + stretch.speech.audio.seconds


def _offset_after(played: Sequence[Spoken]) -> float:
    """Where the stretches that are still to be made begin."""
    return _end_s(played[-1]) if played else 0.0
