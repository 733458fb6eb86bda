"""A stretch of speech handed on piece by piece, while the rest of its face is still being made."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

from avatar_serving.media import AudioChunk, FaceFrame, Phone, Speech, Spoken, Word

PIECE_S = 0.2
"""As long as what goes to a client at a time."""
_NEAR_S = 1e-4
"""Times of frames are sums of thirtieths, which are not exact."""
_STRAY = 16
"""How many characters of a text may lie between two words."""
Timed = TypeVar("Timed", Phone, Word)


async def in_pieces(
    whole: Spoken, frames: AsyncGenerator[FaceFrame, None]
) -> AsyncGenerator[Spoken, None]:
    """*whole*, which has no frames yet, in pieces that have theirs; each as soon as it has them.

    Put together again they are *whole*. Without the times of its words it comes in one piece, for
    nobody knows what of its text is said in which.
    """
    seconds, cut_s, shown = whole.speech.audio.seconds, 0.0, list[FaceFrame]()
    last_s = seconds if whole.speech.words or not whole.text else 0.0
    places = _places(whole.text, whole.speech.words)
    async with aclosing(frames):
        async for frame in frames:
            while cut_s + PIECE_S < min(last_s, frame.at_s - whole.start_s + _NEAR_S):
                yield _piece(whole, places, cut_s, cut_s + PIECE_S, shown)
                cut_s, shown = cut_s + PIECE_S, []
            shown.append(frame)
    yield _piece(whole, places, cut_s, seconds, shown)


def _piece(
    whole: Spoken, places: Sequence[int], from_s: float, until_s: float, frames: list[FaceFrame]
) -> Spoken:
    audio, words = whole.speech.audio, whole.speech.words
    final = until_s == audio.seconds
    begin, end = (2 * round(at_s * audio.sample_rate) for at_s in (from_s, until_s))
    first, after = (sum(word.start_s < at_s for word in words) for at_s in (from_s, until_s))
    after = len(words) if final else after
    text = whole.text[places[first] : places[after]] if words else whole.text
    speech = Speech(
        AudioChunk(audio.pcm[begin:end], audio.sample_rate),
        tuple(_moved(p, from_s) for p in whole.speech.phones if from_s <= p.start_s < until_s),
        tuple(_moved(word, from_s) for word in words[first:after]),
    )
    return Spoken(text, speech, whole.start_s + from_s, tuple(frames), goes_on=not final)


def _moved(timed: Timed, by_s: float) -> Timed:
    """It may end after the piece that it begins in."""
    return replace(timed, start_s=timed.start_s - by_s, end_s=timed.end_s - by_s)


def _places(text: str, words: Sequence[Word]) -> list[int]:
    """Where in *text* each word begins, and its end; a word that is not written there begins where
    the one before it ended."""
    places, end = list[int](), 0
    for word in words:
        found = text.find(word.text, end, end + len(word.text) + _STRAY)
        places.append(max(found, end))
        end = found + len(word.text) if found >= 0 else end
    return [0, *places[1:], len(text)]
