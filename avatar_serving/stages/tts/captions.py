"""Times of the words as they were written, from the times of the words as they were said."""

import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from avatar_serving.media import Speech, Word
from avatar_serving.text.languages import HAN

_WRITTEN = re.compile(rf"[{HAN}][^{HAN}\w\s]*|[^\s{HAN}]+")
_SIGNS = re.compile(r"[\W_]+")


def as_written(written: str, speech: Speech) -> Speech:
    """The same speech with the words of *written*: '$5' instead of 'five' and 'dollars'.

    What was said in place of a written word lends it its time.
    """
    said = _said(speech.words)
    if not said:
        return speech
    return replace(speech, words=tuple(_matched(written_words(written), said)))


def written_words(text: str) -> list[str]:
    """Words with the punctuation that touches them; every Chinese character is one."""
    return [word for word in _WRITTEN.findall(text) if any(c.isalnum() for c in word)]


def _said(words: tuple[Word, ...]) -> list[Word]:
    """Chinese words in single characters, which is how they are written."""
    return [part for word in words for part in _shared(_WRITTEN.findall(word.text), [word])]


def _matched(texts: list[str], said: list[Word]) -> Iterator[Word]:
    written, spoken = [_key(text) for text in texts], [_key(word.text) for word in said]
    matcher = SequenceMatcher(None, written, spoken, autojunk=False)
    for kind, i0, i1, j0, j1 in matcher.get_opcodes():
        if kind == "equal":
            for text, word in zip(texts[i0:i1], said[j0:j1], strict=True):
                yield replace(word, text=text)
        else:
            yield from _shared(texts[i0:i1], said[j0:j1] or [_moment(said, j0)])


def _key(text: str) -> str:
    return _SIGNS.sub("", text).lower()


def _shared(texts: list[str], said: list[Word]) -> Iterator[Word]:
    """Words without a partner of their own share the time of those said, by their length."""
    start, end = said[0].start_s, said[-1].end_s
    letters = sum(len(text) for text in texts)
    done = 0
    for text in texts:
        begin, done = start + (end - start) * done / letters, done + len(text)
        yield Word(text, begin, start + (end - start) * done / letters)


def _moment(said: list[Word], at: int) -> Word:
    """The instant before the word *at*, for what was written but not said."""
    time = said[at].start_s if at < len(said) else said[-1].end_s
    return Word("", time, time)
