"""Speech whose face is still being made goes out in pieces, and is the same speech."""

import asyncio

import pytest

from avatar_serving.media import AudioChunk, FaceFrame, Manner, Phone, Speech, Spoken, Word
from avatar_serving.session.rest import Rest
from pipelines.converse import ConverseStages, speak_text
from tests.virtual_time import on_virtual_time

RATE = 24_000
TEXT = "Hello there my dear friend."
WORDS = (
    Word("Hello", 0.05, 0.35), Word("there", 0.35, 0.6), Word("my", 0.65, 0.75),
    Word("dear", 0.75, 1.0), Word("friend.", 1.0, 1.3),
)  # fmt: skip


class Says:
    """One stretch, of a length that is no multiple of a piece or a frame."""

    def __init__(self, words=WORDS):
        self.words = words

    async def run(self, request, /):
        pcm = bytes(i % 251 for i in range(2 * round(1.31 * RATE)))
        phones = tuple(Phone("a", w.start_s, w.end_s) for w in self.words)
        yield Speech(AudioChunk(pcm, RATE), phones, self.words)


class Moves:
    """A frame takes *work_s*."""

    def __init__(self, work_s=0.01):
        self.work_s = work_s

    async def run(self, request, /):
        first = -int(-request.start_s * 30 // 1)
        for number in range(first, int((request.start_s + request.seconds) * 30 - 1e-6) + 1):
            await asyncio.sleep(self.work_s)
            yield FaceFrame(number / 30, (0.5,))


def spoken(streams, words=WORDS, text=TEXT, animated=True):
    """Stretches, each with when it was there."""

    async def run():
        stages = ConverseStages(None, Says(words), Moves(), streams)
        now = asyncio.get_running_loop().time
        stretches = speak_text(stages, text, Manner("v", animated=animated))
        return [(stretch, now()) async for stretch in stretches]

    return on_virtual_time(run())


def test_the_first_piece_is_there_long_before_all_frames():
    pieces = spoken(streams=True)
    first, at_s = pieces[0]
    assert first.speech.audio.seconds == pytest.approx(0.2) and at_s == pytest.approx(0.07)
    ((_, whole_s),) = spoken(streams=False)
    assert whole_s > 0.4
    assert pieces[-1][1] == pytest.approx(whole_s)


def test_pieces_are_the_stretch():
    pieces = [piece for piece, _ in spoken(streams=True)]
    ((whole, _),) = spoken(streams=False)
    assert b"".join(p.speech.audio.pcm for p in pieces) == whole.speech.audio.pcm
    assert [f for p in pieces for f in p.frames] == list(whole.frames)
    assert "".join(p.text for p in pieces) == whole.text
    words = [(w.text, w.start_s + p.start_s) for p in pieces for w in p.speech.words]
    assert words == [(w.text, pytest.approx(w.start_s)) for w in WORDS]
    assert [p.goes_on for p in pieces] == [True] * (len(pieces) - 1) + [False]


def test_lips_go_with_their_sound():
    end_s = 0.0
    for piece, _ in spoken(streams=True, text=TEXT + " " + TEXT):
        assert piece.start_s == pytest.approx(end_s)
        end_s = piece.start_s + piece.speech.audio.seconds
        assert all(piece.start_s - 1e-4 <= f.at_s < end_s + 1e-4 for f in piece.frames)
        assert len(piece.frames) >= int(piece.speech.audio.seconds * 30)
    assert end_s == pytest.approx(2 * (1.31 + 0.25))


def test_without_times_of_words_it_comes_whole():
    ((piece, _),) = spoken(streams=True, words=())
    assert (piece.text, piece.goes_on) == (TEXT, False)
    ((still, _),) = spoken(streams=True, animated=False)
    assert still.text == TEXT and not still.frames


def test_what_is_left_of_pieces_begins_with_a_word_that_was_not_heard():
    pieces = [piece for piece, _ in spoken(streams=True)]
    supply = Played(pieces[5:])

    async def rest():
        left = Rest(pieces[:5], 700.0, supply)
        return [piece async for piece in _all(left)]

    found = on_virtual_time(rest())
    assert "".join(piece.text for piece in found) == "dear friend."
    assert found[0].start_s == pytest.approx(0)
    sound = b"".join(piece.speech.audio.pcm for piece in found)
    assert len(sound) / 2 / RATE == pytest.approx(1.56 - 22 / 30, abs=1e-3)


async def _all(rest):
    while (piece := await rest.next()) is not None:
        yield piece


class Played:
    """A supply of what was made."""

    exhausted = False

    def __init__(self, pieces: list[Spoken]):
        self._pieces = list(pieces)

    async def next(self):
        return self._pieces.pop(0) if self._pieces else None
